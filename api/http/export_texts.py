"""What the interface says of the fields of what goes out."""

from typing import Final

EXPORT_TEXTS: Final = {
    "bom": "Whether the file is one for a spreadsheet: a byte-order mark at its beginning, by which Excel knows that "
    "it is UTF-8, and instants as `2026-03-02 09:00:00`, of UTC as the columns' names say.",
    "AttributeType.name": "The name of the attribute.",
    "AttributeType.type": "Of which kind its values are; of a `time`, RFC 3339.",
    "Attribute.name": "The name of the attribute.",
    "Attribute.value": "Its value, of the kind that the type says; a number is how much or how many of what its name "
    "says.",
    "CloudEvent.specversion": "The version of CloudEvents.",
    "CloudEvent.datacontenttype": "What `data` is.",
    "ObjectType.name": "The name of the type.",
    "ObjectType.attributes": "The attributes that there may be.",
    "OcelEvent.id": "The engagement and the version, `{engagement_id}/{version}`.",
    "OcelEvent.type": "The type of the event.",
    "OcelEvent.time": "When it happened: its `occurred_at`.",
    "OcelEvent.attributes": "What it says, but for ids, lists and anybody's own words.",
    "OcelEvent.relationships": "The objects that it is about.",
    "OcelLog.eventTypes": "The types of events.",
    "OcelLog.events": "The events that count, engagement by engagement.",
    "OcelLog.objectTypes": "The types of objects.",
    "OcelLog.objects": "What the events are about.",
    "OcelObject.id": "The id of the object, unique in the log.",
    "OcelObject.type": "The type of the object.",
    "OcelObject.attributes": "What became of it, each value from an instant on.",
    "OcelObject.relationships": "What it has to do with other objects.",
    "Relationship.objectId": "The object.",
    "Relationship.qualifier": "As what the object takes part.",
    "TimedAttribute.name": "The name of the attribute.",
    "TimedAttribute.time": "From when on it has the value.",
    "TimedAttribute.value": "Its value, of the kind that the type says; a number is how much or how many of what its "
    "name says.",
}
