import type { components, paths } from "./standfast";

type Schemas = components["schemas"];

const event: Schemas["AnyEvent"] = {} as Schemas["AnyEvent"];
if (event.type === "EngagementOpened") {
  const seat: string = event.data.seats[0].seat_id;
  const at: string = event.occurred_at;
  console.log(seat, at);
}
if (event.type === "RateChanged") {
  // @ts-expect-error an event of another type has no seats
  console.log(event.data.seats);
}

type Many = paths["/v1/commands"]["post"];
const body: Many["requestBody"]["content"]["application/json"] = {
  commands: [{ command: "annotate", engagement_id: "0198c6a5-7a31-7c12-9f0a-5d1c3e8b2a40", note: "one" }],
};
const answered = {} as Many["responses"][200]["content"]["application/json"];
console.log(body, answered.answers.length);

// @ts-expect-error a seat has a role
export const lacking: Schemas["AddSeat"] = { seat_id: "qa-1" };
