"""Run by the Python of an environment with pm4py: what it finds in an OCEL 2.0 log, as JSON."""

import json
import sys

import pm4py

log = pm4py.read_ocel2_json(sys.argv[1])
objects, events, relations, between = log.objects, log.events, log.relations, log.o2o
flat = pm4py.ocel_flattening(log, "case")
print(
    json.dumps(
        {
            "object_types": objects.groupby("ocel:type").size().to_dict(),
            "event_types": events.groupby("ocel:activity").size().to_dict(),
            "relations": relations.groupby("ocel:qualifier").size().to_dict(),
            "between": between.groupby("ocel:qualifier").size().to_dict(),
            "changes": len(log.object_changes),
            "cases": int(flat["case:concept:name"].nunique()),
            "first": str(events["ocel:timestamp"].min()),
            "last": str(events["ocel:timestamp"].max()),
        }
    )
)
