import { describe, expect, test, vi } from "vitest";
import { NotAdmitted } from "../../../wagtail_livechat/static_src/connection";
import { fetchTicket, proof } from "../../../wagtail_livechat/static_src/staff/admin";

function answers(status: number, body: unknown): ReturnType<typeof vi.fn> {
  const fetching = vi.fn(async () => new Response(JSON.stringify(body), { status }));
  vi.stubGlobal("fetch", fetching);
  return fetching;
}

describe("a ticket", () => {
  test("is asked for with the admin's own proof", async () => {
    vi.stubGlobal("wagtailConfig", { CSRF_TOKEN: "secret", CSRF_HEADER_NAME: "X-Our-Token" });
    const fetching = answers(200, { ticket: "once", socket: "/ws/" });
    expect(await fetchTicket("/ticket/")).toEqual({ ticket: "once", socket: "/ws/" });
    expect(fetching.mock.calls[0]?.[1]).toMatchObject({
      method: "POST",
      headers: { "X-Our-Token": "secret", "X-Requested-With": "XMLHttpRequest" },
    });
  });

  test.each([401, 403])("that is refused with %s means that one is logged out", async (status) => {
    answers(status, {});
    await expect(fetchTicket("/ticket/")).rejects.toBeInstanceOf(NotAdmitted);
  });

  test("that the server could not give is asked for again later", async () => {
    answers(503, {});
    await expect(fetchTicket("/ticket/")).rejects.not.toBeInstanceOf(NotAdmitted);
    answers(200, { something: "else" });
    await expect(fetchTicket("/ticket/")).rejects.toThrow();
  });
});

test("a page without Wagtail's configuration still says that a script asks", () => {
  expect(proof()["X-Requested-With"]).toBe("XMLHttpRequest");
});
