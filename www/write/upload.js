// The form of /write/: it stores a file with PUT, shows the answer, and takes
// the file away again with DELETE.
"use strict";

{
  const part = (id) => document.getElementById(id);
  const form = part("upload");
  const said = part("said");

  // What this page stored last: its address and its tag.
  let stored = null;
  // The request that is under way.
  let request = null;

  const OUTCOMES = {
    201: "Stored. There was no such file before.",
    204: "Stored, in place of what was there.",
    401: "Nothing was changed: the server wants a user and a password.",
    403: "Nothing was changed: this name may not be written.",
    404: "There is no such file.",
    405: "Nothing was changed: the server no longer takes this.",
    409: "Nothing was changed: a folder of the name is missing, or the name is that of a folder.",
    413: "Nothing was changed: the file is longer than this server takes.",
    421: "Nothing was changed: the address of this page is none that may be written to.",
    507: "Nothing was changed: the disk is full.",
  };
  const EXISTS = "Nothing was changed: there is a file of that name. Tick “replace what is there” to replace it.";
  const CHANGED = "Nothing was changed: it is no longer the file that was stored from here.";
  const FAILED = "The server failed. Look at the file before you rely on it.";
  const BROKEN = "The connection ended without an answer. Look at the file before you rely on it.";

  // The address of a name: each of its parts is encoded, the slashes are not.
  const address = (name) =>
    location.origin + name.replace(/^(?!\/)/, "/").split("/").map(encodeURIComponent).join("/");

  const show = (percent) => {
    part("progress").value = percent;
    part("progress").textContent = `${percent} %`;
  };

  const busy = (is) => {
    part("send").disabled = part("delete").disabled = is;
    part("stop").disabled = !is;
  };

  // An XMLHttpRequest and not fetch(), which does not tell how much of a body is
  // sent: its uploads can be streams only from HTTP/2 on, and this is HTTP/1.1.
  const send = (method, url, condition, body, done) => {
    request = new XMLHttpRequest();
    request.open(method, url);
    if (condition) {
      request.setRequestHeader(...condition);
    }
    request.upload.addEventListener("progress", (event) => {
      show(Math.floor((100 * event.loaded) / Math.max(event.total, 1)));
    });
    request.addEventListener("load", () => {
      part("status").textContent = `${request.status} ${request.statusText}`;
      part("etag").textContent = request.getResponseHeader("ETag") ?? "none";
      part("location").textContent = request.getResponseHeader("Location") ?? "none";
      part("answer").hidden = false;
      done(request.status, OUTCOMES[request.status] ?? FAILED);
    });
    request.addEventListener("error", () => { said.textContent = BROKEN; });
    request.addEventListener("abort", () => {
      said.textContent = "Stopped. Nothing was changed, unless all of it had arrived.";
    });
    request.addEventListener("loadend", () => busy(false));
    busy(true);
    said.textContent = method === "PUT" ? "Sending the file." : "Deleting the file.";
    request.send(body);
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const url = address(part("name").value);
    const condition = part("replace").checked ? null : ["If-None-Match", "*"];
    show(0);
    send("PUT", url, condition, part("file").files[0], (status, outcome) => {
      said.textContent = status === 412 ? EXISTS : outcome;
      if (status === 201 || status === 204) {
        show(100);
        stored = { url, tag: request.getResponseHeader("ETag") };
        part("link").href = url;
        part("link").textContent = part("name").value;
        part("stored").hidden = false;
      }
    });
  });

  part("delete").addEventListener("click", () => {
    send("DELETE", stored.url, ["If-Match", stored.tag], null, (status, outcome) => {
      said.textContent = status === 204 ? "Deleted." : status === 412 ? CHANGED : outcome;
      part("stored").hidden = status === 204 || status === 404;
    });
  });

  part("stop").addEventListener("click", () => request.abort());

  // The name of the file goes behind the folder that was typed.
  part("file").addEventListener("change", () => {
    const [file] = part("file").files;
    if (file) {
      part("name").value = part("name").value.replace(/[^/]*$/, "") + file.name;
    }
  });

  // Only a server that was started with --write takes PUT; it says so in Allow.
  const question = new XMLHttpRequest();
  question.open("OPTIONS", location.pathname);
  question.addEventListener("load", () => {
    const allowed = (question.getResponseHeader("Allow") ?? "").split(/[ ,]+/);
    form.hidden = !allowed.includes("PUT");
    said.textContent = form.hidden
      ? "This server does not take files now. Start it as svcd --write www, and load this page again."
      : "This server takes files.";
  });
  question.addEventListener("error", () => {
    said.textContent = "The server does not answer. Load this page again.";
  });
  question.send();
}
