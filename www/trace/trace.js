// The form of /trace/: it asks for something, then for the calls that have served that,
// and shows them with their explanations.
"use strict";

{
  const part = (id) => document.getElementById(id);
  const form = part("ask");
  const said = part("said");
  const calls = part("calls");
  // What the page has without this script.
  const recorded = [...calls.children];

  // How often it is asked, if the browser takes another connection.
  const TRIES = 8;

  const NO_TRACE =
    "This server does not tell its calls: it is not the one that traces, or it was started without --trace, " +
    "or you are not on its machine. How to start it is in § 7.2. What you see is the request that was recorded.";
  const NO_REQUEST =
    "The trace does not tell what was received, so nobody can say whose calls these are. Start the server with " +
    "--trace alone. What you see is the request that was recorded.";
  const OTHER =
    "Each time the browser has asked for the trace on another connection than for the page. Ask again, or with " +
    "curl as in § 7.2. What you see is the request that was recorded.";
  const BROKEN = "The server does not answer. What you see is the request that was recorded.";

  // A line of the trace: the process, with -r a time, the name, and the rest, whose result has a column of its
  // own there.
  const parse = (line) => {
    const [, process, time, name, rest] = /^(\d+) +(\d+\.\d+ )?([a-z]\w*)(\(.*)$/.exec(line) ?? [];
    return name && { process, time: time ?? "", name, rest: rest.replace(/\) {2,}(= [^"]*)$/, ") $1") };
  };

  // Whether a call has received this request line, of which the trace has the beginning.
  const receives = (call, line) => {
    const shown = call.name === "recvfrom" && /^\(\d+, "((?:[^"\\]|\\.)*)"/.exec(call.rest);
    return Boolean(shown) && shown[1].startsWith(line);
  };

  const element = (name, content, of) => {
    const made = document.createElement(name);
    made.append(...content);
    Object.assign(made, of);
    return made;
  };

  // What the glossary says of a call: of such a call alone, or else of all of its name.
  const explanations = (call) => {
    const entry = document.querySelector(`[data-calls~="${call.name}"]`);
    const texts = entry ? [...entry.querySelectorAll("dd")] : [];
    const own = texts.filter((text) => text.dataset.if && call.rest.includes(text.dataset.if));
    const all = texts.filter((text) => !text.dataset.if);
    const error = / = -1 (E\w+)/.exec(call.rest)?.[1];
    const failed = error && (document.querySelector(`[data-error~="${error}"] dd`) ?? document.querySelector("#other-error dd"));
    return [...(own.length > 0 ? own : all), failed].filter(Boolean);
  };

  // The lines as the list has them; what has been said of one is not said again.
  const items = (lines) => {
    const known = new Set();
    return lines.map((line) => {
      const call = parse(line);
      if (!call) {
        return element("li", [line], {});
      }
      const entry = document.querySelector(`[data-calls~="${call.name}"]`);
      const name = entry ? element("a", [call.name], { href: `#${entry.id}` }) : call.name;
      const code = element("code", [`${call.process} ${call.time}`, name, call.rest], {});
      const texts = explanations(call).filter((text) => !known.has(text));
      texts.forEach((text) => known.add(text));
      const copies = texts.map((text) => element("p", text.cloneNode(true).childNodes, {}));
      return element("li", [code, ...copies], {});
    });
  };

  const show = (list, isLive) => {
    calls.replaceChildren(...list);
    part("recorded").hidden = isLive;
    part("live").hidden = !isLive;
  };

  // Asks once, and for the trace that many milliseconds later. A number in the query tells this request from all
  // others.
  const ask = async (method, path, headers, pause) => {
    const target = `${path}?${Math.random().toString(36).slice(2, 6)}`;
    const options = { method, headers, cache: "no-store", redirect: "manual" };
    const answer = await fetch(target, options);
    await answer.arrayBuffer();
    if (pause > 0) {
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    const trace = await fetch("/.svcd/trace", { cache: "no-store" });
    if (trace.status !== 200) {
      return { outcome: NO_TRACE };
    }
    const lines = (await trace.text()).split("\n").filter(Boolean);
    const received = lines.map(parse).filter((call) => call?.name === "recvfrom");
    if (lines.length > 0 && received.length === 0) {
      return { outcome: NO_REQUEST };
    }
    // Up to the query: the trace may show no more than 32 bytes.
    const isOwn = received.some((call) => receives(call, `${method} ${target} `));
    return isOwn ? { lines, answer } : { outcome: OTHER };
  };

  const told = ({ lines, answer }, method, path, tries) => {
    const count = lines.filter(parse).length;
    const processes = new Set(lines.map((line) => parse(line)?.process).filter(Boolean)).size;
    const status = answer.type === "opaqueredirect" ? "a redirect" : `${answer.status} ${answer.statusText}`;
    const again = tries > 1 ? ` Asked ${tries} times, until both requests had the same connection.` : "";
    const of = processes > 1 ? ` of ${processes} processes` : "";
    return `${method} ${path}: ${status}, by ${count} calls${of}.${again}`;
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { method, path, field, value } = part("what").selectedOptions[0].dataset;
    const headers = field ? { [field]: value } : {};
    part("send").disabled = true;
    said.textContent = "Asking.";
    let found = {};
    let tries = 0;
    try {
      do {
        // The connection of a redirect, whose content no script can read, is free a while after its answer.
        found = await ask(method, path, headers, tries === 0 ? 0 : 2 ** tries);
        tries += 1;
      } while (found.outcome === OTHER && tries < TRIES);
    } catch {
      found = { outcome: BROKEN };
    }
    show(found.lines ? items(found.lines) : recorded, Boolean(found.lines));
    said.textContent = found.outcome ?? told(found, method, path, tries);
    part("send").disabled = false;
  });

  form.hidden = false;
}
