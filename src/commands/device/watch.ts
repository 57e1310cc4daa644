/**
 * `claw device watch`: pairing requests as they arrive, and what becomes of them; on a terminal a key decides. Next:
 * `request_feed.ts`, `decide_by_key.ts`.
 */
import { defineCommand } from "../../cli/command.ts";
import type { Context } from "../../cli/context.ts";
import type { LongRun } from "../../cli/long_run.ts";
import { type Shown, stream } from "../../cli/outcome.ts";
import { createPatience } from "../../cli/patience.ts";
import { createHooks, createTeller, foreverMs, hookNote, serviceNotes, superviseItems } from "../../cli/service_run.ts";
import { formatWallClock } from "../../cli/times.ts";
import { ClawError } from "../../errors.ts";
import { Decider } from "./decide_by_key.ts";
import { partialHint, partialWords } from "./desk.ts";
import { type SeenNews, watchRequests } from "./request_feed.ts";
import { newsWords } from "./request_words.ts";

export const deviceWatch = defineCommand({
  isReadOnly: true,
  flags: {
    exec: { type: "rest", value: "cmd arg...", summary: "run this for each news; all that follows is its own" },
  },
  examples: [
    { line: "claw device watch", does: "show requests as they come, and decide on each by a key" },
    { line: "claw device watch --json", does: "the same without keys, one JSON document a line" },
    { line: "claw device watch --exec ./tell-me.sh", does: "run a program for each request and each decision" },
  ],
  notes: [
    "Requests that wait already come first. Compare the key with what `claw device show` says on that device: it is the\n" +
    "only thing that is proven. a approves, r rejects, s leaves a request for later, q ends. A key counts half a second\n" +
    "after the question stands there; a request that changed since is not approved.",
    "The JSON has `event` requested, changed, resolved or gone. Gone is what was decided unseen, was replaced by another\n" +
    "request of its device, or is older than five minutes. The program of --exec runs without a shell and has the JSON\n" +
    "document's `data` on its standard input. It must not approve by itself what nobody looked at.",
    "It waits for a gateway that is not there yet, however long that takes, and connects again whenever the connection\n" +
    "is lost; it stops when the gateway wants other credentials, an approval, or another protocol.",
    hookNote,
    ...serviceNotes,
  ],
  async run({ exec }, _operands, context) {
    const { endpoint } = await context.settings();
    context.extendTime(foreverMs);
    const long = await context.longRun();
    return stream(superviseItems(show(exec, endpoint.value.url, context, long), context, long));
  },
});

async function* show(exec: readonly string[], url: string, context: Context, long: LongRun): AsyncGenerator<Shown> {
  const ended = new AbortController();
  const signal = AbortSignal.any([context.signal, ended.signal]);
  const patience = createPatience(context.clock, long);
  const hooks = createHooks(exec, context, long, signal, (error) => ended.abort(error));
  const news = watchRequests({
    context,
    signal,
    onChange: createTeller(context, long, url),
    onNews: (one) => hooks?.hand(dataOf(one, context)),
    onEnd: patience.begin,
  });
  const zone = context.zone ?? "UTC";
  const shown = ({ news }: SeenNews): Shown => {
    const text = `${formatWallClock(context.clock.now(), zone)}  ${newsWords(news)}`;
    return { data: dataOf(news, context), view: { kind: "line", text } };
  };
  try {
    const { readKey } = long;
    const seen = readKey === undefined ? news : decided(news, new Decider(context, long, readKey), signal);
    let isPartial = false;
    for await (const one of seen) {
      patience.renew();
      if (!isPartial && one.desk?.isPartial === true) context.warn(`${partialWords}: ${partialHint} to see all`);
      isPartial ||= one.desk?.isPartial === true;
      yield shown(one);
    }
  } finally {
    ended.abort(new ClawError("interrupted", "nobody watches any more"));
    await news.return(undefined);
    patience.cancel();
    await hooks?.settled();
  }
}

function dataOf({ kind, ...news }: SeenNews["news"], { clock }: Context) {
  return { at: clock.now(), event: kind, ...news };
}

/** The same news, with questions about requests in between. */
async function* decided(
  news: AsyncGenerator<SeenNews>,
  decider: Decider,
  signal: AbortSignal,
): AsyncGenerator<SeenNews> {
  for (let next = news.next();;) {
    const arrived = new AbortController();
    const heard = next.finally(() => arrived.abort());
    // Where the person ends it, nobody waits for it any more.
    heard.catch(() => {});
    const goesOn = await decider.ask(AbortSignal.any([signal, arrived.signal]));
    if (!goesOn) return;
    if (decider.hasMore && !arrived.signal.aborted) continue;
    const result = await heard;
    if (result.done === true) return;
    decider.hear(result.value);
    yield result.value;
    next = news.next();
  }
}
