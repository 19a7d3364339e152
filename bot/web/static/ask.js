// The conversation: sends a question, shows each checked line as it arrives, opens citations
// beside it. Words of reports, models and people are only ever set as text.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const t = JSON.parse($("texts").textContent);
  const opened = JSON.parse($("opened").textContent);
  const FOLD = 12;
  let session = opened ? "" : sessionStorage.getItem("session") || "";  // an answer's page begins anew after it
  let side = { citations: [], now: 0 };

  const make = (tag, text, kind) => {
    const node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    if (kind) node.className = kind;
    return node;
  };
  const button = (text, act) => {
    const node = make("button", text, "plain");
    node.type = "button";
    node.addEventListener("click", () => act(node));
    return node;
  };
  const flash = (node, words) => {  // a button says for a moment what it has done
    const was = node.dataset.was || node.textContent;
    node.dataset.was = was;
    node.textContent = words;
    setTimeout(() => { node.textContent = was; }, 1500);
  };
  const copy = async (text, node) => {
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else {
      const area = make("textarea", text, "offstage");
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    flash(node, t.copied);
  };

  // The report beside the answer

  const open = async (citations, at, from) => {
    side = { citations, now: at, from: from || side.from };
    const cited = citations[at];
    for (const mark of document.querySelectorAll(".cite[aria-current]")) mark.removeAttribute("aria-current");
    if (side.from) for (const mark of side.from.querySelectorAll(`.cite[data-at="${at}"]`)) mark.setAttribute("aria-current", "true");
    const address = `/report/${encodeURIComponent(cited.report)}?start=${cited.start}&end=${cited.end}`;
    $("side").hidden = false;
    $("side-at").textContent = `${at + 1} / ${citations.length}`;
    $("side-previous").disabled = $("side-next").disabled = citations.length < 2;
    $("side-link").href = address + "#cited";
    const got = await fetch(address + "&part=1");
    const page = new DOMParser().parseFromString(await got.text(), "text/html");
    const report = page.querySelector("article") || page.querySelector("main") || page.body;
    $("side-report").replaceChildren(document.importNode(report, true));
    const mark = $("side-report").querySelector("mark");
    if (mark) {
      const box = $("side-report");
      box.scrollTop += mark.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
    }
    box_focus();
  };
  const box_focus = () => $("side-report").focus({ preventScroll: true });
  const step = (by) => {
    const many = side.citations.length;
    if (many) open(side.citations, (side.now + by + many) % many);
  };
  const close = () => {
    $("side").hidden = true;
    const mark = document.querySelector(".cite[aria-current]");
    if (mark) { mark.focus(); mark.removeAttribute("aria-current"); }
  };
  $("side-previous").addEventListener("click", () => step(-1));
  $("side-next").addEventListener("click", () => step(1));
  $("side-close").addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !$("side").hidden) close();
  });

  // Saved quotes stay in this browser

  const saved = () => { try { return JSON.parse(localStorage.getItem("basket")) || []; } catch { return []; } };
  const same = (a, b) => a.report === b.report && a.start === b.start && a.end === b.end;
  const keep = (quotes) => { localStorage.setItem("basket", JSON.stringify(quotes)); showBasket(); };
  const source = (c) => [(c.place.join("") || c.title) + (c.year ? ` ${c.year}` : ""), ...c.section_path].join(" › ");
  const showBasket = () => {
    const quotes = saved();
    $("basket-count").textContent = quotes.length ? `(${quotes.length})` : "";
    $("basket-list").replaceChildren(...quotes.map((c) => {
      const item = make("li");
      const link = make("a", source(c));
      link.href = `/report/${encodeURIComponent(c.report)}?start=${Number(c.start)}&end=${Number(c.end)}#cited`;
      item.append(link, make("blockquote", c.quote), button(t.remove, () => keep(saved().filter((other) => !same(c, other)))));
      return item;
    }));
    $("basket-empty").hidden = quotes.length > 0;
    $("basket-list").hidden = $("basket-copy").hidden = $("basket-clear").hidden = !quotes.length;
  };
  $("side-save").addEventListener("click", (event) => {
    const cited = side.citations[side.now];
    if (!cited) return;
    keep([...saved().filter((c) => !same(c, cited)), cited]);
    flash(event.target, t.kept_quote);
  });
  $("basket-copy").addEventListener("click", (event) => copy(saved().map((c) => `“${c.quote}”（${source(c)}）`).join("\n"), event.target));
  $("basket-clear").addEventListener("click", () => keep([]));
  showBasket();

  // An answer

  const lineOf = (sentence, citations, turn) => {
    const line = make("p", sentence.text, sentence.kind);
    for (const n of sentence.citations) {
      const mark = make("button", String(n), "cite");
      mark.type = "button";
      mark.setAttribute("aria-label", `[${n}]`);
      const at = citations ? citations.findIndex((c) => c.n === n) : -1;
      if (at >= 0) {
        mark.dataset.at = at;
        mark.title = citations[at].quote;
        mark.addEventListener("click", () => open(citations, at, turn));
      } else mark.disabled = true;
      line.append(mark);
    }
    return line;
  };
  const turnOf = (question) => {
    const turn = make("article", undefined, "turn");
    turn.append(make("h2", question), make("div", undefined, "lines"));
    $("turns").append(turn);
    return turn;
  };
  // A briefing reads as one paragraph; a line that is itself a question to ask becomes its button.
  const bare = (text) => text.replace(/^[·\s]+|[?？\s]+$/g, "");
  const linesOf = (turn, reply) => {
    const left = new Map((reply.suggestions || []).map((words) => [bare(words), words]));
    let body = 0;
    if (reply.paragraph) reply.sentences.forEach((s, i) => { if (s.kind === "claim") body = i + 1; });
    const lines = [];
    if (body) {
      const whole = make("p", undefined, "whole");
      for (const s of reply.sentences.slice(0, body)) whole.append(...lineOf(s, reply.citations, turn).childNodes);
      lines.push(whole);
    }
    for (const s of reply.sentences.slice(body)) {
      const words = s.kind === "note" && left.get(bare(s.text));
      if (words) left.delete(bare(s.text));
      else lines.push(lineOf(s, reply.citations, turn));
    }
    return lines;
  };
  const suggestionsOf = (questions) => {
    const row = make("div", undefined, "suggestions");
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", t.may_mean);
    row.append(...questions.map((words) => button(words, () => ask(words))));
    return row;
  };
  const sourcesOf = (turn, reply) => {
    const folded = make("details", undefined, "sources");
    const list = make("ol");
    reply.citations.forEach((c, at) => {
      const item = make("li");
      item.value = c.n;
      item.append(button(source(c), () => open(reply.citations, at, turn)), make("blockquote", c.quote));
      list.append(item);
    });
    folded.append(make("summary", `${t.sources} (${reply.citations.length})`), list);
    return folded;
  };

  const show = (turn, reply, message) => {
    const box = turn.querySelector(".lines");
    const lines = linesOf(turn, reply);
    if (lines.length > FOLD + 3) {
      const folded = make("details");
      folded.append(make("summary", `${t.all_of} (${lines.length})`), ...lines.slice(FOLD));
      box.replaceChildren(...lines.slice(0, FOLD), folded);
    } else box.replaceChildren(...lines);
    for (const warning of reply.warnings) box.append(make("p", `${t.warning}${warning}`, "warning"));
    if (reply.suggestions && reply.suggestions.length) box.append(suggestionsOf(reply.suggestions));
    if (reply.citations.length) box.append(sourcesOf(turn, reply));
    const body = lines.filter((line) => !line.classList.contains("warning"));
    const plain = body.map((line) => [...line.childNodes].filter((n) => n.nodeType === 3).map((n) => n.textContent).join("")).join("\n");
    const cited = [reply.answer, ...reply.citations.map((c) => `[${c.n}] ${source(c)}：“${c.quote}”`)].join("\n");
    const row = make("p", undefined, "row");
    row.append(button(t.copy, (node) => copy(cited, node)), button(t.copy_plain, (node) => copy(plain, node)));
    const links = [[t.link, ""]];
    if (reply.status === "answered") links.push([t.as_docx, "/export.docx"], [t.as_xlsx, "/export.xlsx"], [t.as_md, "/export.md"]);
    for (const [name, end] of links) {
      const link = make("a", name);
      link.href = `/answer/${encodeURIComponent(reply.id)}${end}`;
      row.append(link);
    }
    if (reply.table) {
      const link = make("a", t.as_table);
      link.href = `/compare?words=${encodeURIComponent(reply.question)}`;
      row.append(link);
    }
    for (const { data } of reply.verdicts || []) {
      row.append(button(data.startsWith("u|") ? t.useful : t.wrong, (node) => press(turn, node, data, message)));
    }
    box.append(row);
  };

  // Whatever is no answer: blocks of words, buttons, a file, a line to write a remark in

  const STYLES = { b: "strong", i: "em", code: "code" };
  const messageOf = (turn, told) => {
    const part = make("section", undefined, "message");
    part.dataset.id = told.id;
    for (const block of told.blocks) {
      const line = make("p");
      for (const run of block) line.append(STYLES[run.tag] ? make(STYLES[run.tag], run.text) : run.text);
      part.append(line);
    }
    for (const row of told.buttons) {
      const box = make("div", undefined, "suggestions");
      for (const { text, data } of row) {
        const asks = data.startsWith("q|");
        box.append(button(text, (node) => (asks ? ask(text) : press(turn, node, data, told.id))));
      }
      part.append(box);
    }
    if (told.ask_reply) {
      const form = make("form", undefined, "row");
      const words = make("input");
      words.required = true;
      words.maxLength = 1000;
      words.setAttribute("aria-label", t.remark);
      form.append(words, make("button", t.send_remark, "plain"));
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        form.hidden = true;
        await tell({ question: words.value, reply_to: told.id }, turn, turn);
      });
      part.append(form);
    }
    return part;
  };
  const fileOf = (told) => {
    const link = make("a", told.name);
    const bytes = Uint8Array.from(atob(told.base64), (c) => c.charCodeAt(0));
    link.href = URL.createObjectURL(new Blob([bytes]));
    link.download = told.name;
    const line = make("p");
    line.append(link);
    return line;
  };

  // What the next question is taken to be about, so that nobody is surprised by it
  const speakOf = (label) => { $("spoken").textContent = label ? `${t.spoken}${label}` : ""; };

  const happen = (told, turn, waiting) => {
    if (told.type === "sentence") waiting.before(lineOf(told.sentence, null, turn));
    else if (told.type === "reply") {
      show(turn, told.reply, told.id);
      turn.scrollIntoView({ block: "start" });
    } else if (told.type === "message") {
      const was = turn.querySelector(`[data-id="${Number(told.id)}"]`);
      const part = messageOf(turn, told);
      if (was) was.replaceWith(part);
      else turn.append(part);
      part.scrollIntoView({ block: "nearest" });
    } else if (told.type === "delete") {
      const was = turn.querySelector(`[data-id="${Number(told.id)}"]`);
      if (was) was.remove();
    } else if (told.type === "toast") turn.append(make("p", told.text, "hint"));
    else if (told.type === "file") turn.append(fileOf(told));
    else if (told.type === "error") turn.append(make("p", told.error, "warning"));
    else if (told.type === "end") {
      session = told.session;
      sessionStorage.setItem("session", session);
      speakOf(told.scope_label);
      return true;
    }
    return false;
  };
  const tell = async (body, turn, box) => {
    const waiting = make("p", t.working, "hint");
    waiting.setAttribute("role", "status");
    box.append(waiting);
    const fail = (words) => box.append(make("p", words, "warning"));
    try {
      const got = await fetch("/api/ask", {
        method: "POST", headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ ...body, session, stream: true }),
      });
      if (got.redirected || got.status === 401) {  // what was typed is there again after the login
        if (body.question) sessionStorage.setItem("typed", body.question);
        return location.assign("/login?next=/");
      }
      if (!got.ok) {
        const text = await got.text();
        let told = text;
        try { told = JSON.parse(text).error.message; } catch { /* a plain sentence */ }
        return fail(told);
      }
      const reader = got.body.getReader();
      const decoder = new TextDecoder();
      let rest = "";
      let ended = false;
      for (;;) {
        const { done, value } = await reader.read();
        rest += decoder.decode(value || new Uint8Array(), { stream: !done });
        const parts = rest.split("\n");
        rest = parts.pop();
        for (const part of parts.filter(Boolean)) ended = happen(JSON.parse(part), turn, waiting) || ended;
        if (done) break;
      }
      if (!ended) fail(t.failed);
      return ended;
    } catch {
      return fail(t.failed);
    } finally {
      waiting.remove();
    }
  };
  const press = async (turn, node, data, message) => {
    node.disabled = true;
    await tell({ press: data, message }, turn, turn);
    node.disabled = false;
  };

  const after = () => (opened && $("turns").contains(opened.turn) ? opened.id : undefined);
  let busy = false;
  const ask = async (question) => {
    if (busy) return;
    busy = true;
    const send = document.querySelector("#ask .row button");
    send.disabled = true;
    const turn = turnOf(question);
    if ($("welcome")) $("welcome").remove();
    turn.scrollIntoView({ block: "start" });
    const told = await tell({ question, after: after() }, turn, turn.querySelector(".lines"));
    if (!told && !$("question").value) $("question").value = question;  // to be sent again
    busy = false;
    send.disabled = false;
    $("question").focus({ preventScroll: true });
  };

  $("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    const question = $("question").value.trim();
    if (!question || busy) return;
    $("question").value = "";
    ask(question);
  });
  $("question").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      $("ask").requestSubmit();
    }
  });
  $("new-talk").addEventListener("click", () => {
    session = "";
    sessionStorage.removeItem("session");
    speakOf("");
    $("turns").replaceChildren();
    $("side").hidden = true;
    $("question").focus();
  });
  for (const example of document.querySelectorAll("#welcome button")) {
    example.addEventListener("click", () => ask(example.textContent));
  }
  const restore = async () => {
    const got = await fetch(`/api/talk?session=${encodeURIComponent(session)}`);
    if (!got.ok) return;
    const { answers, scope_label } = await got.json();
    if (answers.length && $("welcome")) $("welcome").remove();
    for (const answer of answers) show(turnOf(answer.question), answer);
    speakOf(scope_label);
    if (answers.length) $("turns").lastElementChild.scrollIntoView({ block: "start" });
  };
  if (sessionStorage.getItem("typed")) $("question").value = sessionStorage.getItem("typed");
  sessionStorage.removeItem("typed");
  const begun = $("question").value.length;
  if (begun) $("question").setSelectionRange(begun, begun);  // a question begun elsewhere goes on at its end
  if (opened) {
    opened.turn = turnOf(opened.question);
    show(opened.turn, opened);
    speakOf(opened.label);
  } else if (session) restore();
})();
