// Sends dropped or chosen files one by one and shows what became of each.
(() => {
  "use strict";
  const drop = document.getElementById("drop");
  if (!drop) return;
  const t = JSON.parse(document.getElementById("texts").textContent);
  const list = document.getElementById("uploads");
  const input = document.getElementById("files");
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));

  const line = (text, kind) => {
    const item = document.createElement("p");
    item.textContent = text;
    if (kind) item.className = kind;
    return item;
  };

  const show = (item, upload) => {
    item.replaceChildren();
    if (upload.status !== "done") {
      const far = upload.total ? ` ${upload.done}/${upload.total}` : "";
      item.append(line(`${upload.name}  ${t[upload.stage] || t.waiting}${far}`));
      return;
    }
    for (const result of upload.results) {
      const told = line(`${t[result.status] || result.status}  ${result.source}${result.reason ? "：" + result.reason : ""}`,
        result.status === "refused" ? "warning" : "");
      if (result.report) {
        const link = document.createElement("a");
        link.href = "/report/" + encodeURIComponent(result.report);
        link.textContent = t.report;
        const onward = document.createElement("a");
        onward.href = "/?about=" + encodeURIComponent(result.report);
        onward.textContent = t.ask;
        told.append("  ", link, "  ", onward);
      }
      item.append(told);
      for (const warning of result.warnings) item.append(line(`${t.warning}${warning}`, "warning"));
    }
  };

  const send = async (file) => {
    const item = document.createElement("li");
    item.textContent = `${file.name}  ${t.waiting}`;
    list.append(item);
    document.getElementById("accounts").hidden = false;
    try {
      const sent = await fetch("/api/upload", {
        method: "POST", body: file,
        headers: { "X-Baogao": "upload", "X-File-Name": encodeURIComponent(file.name), "Content-Type": "application/octet-stream" },
      });
      if (!sent.ok) {
        const text = await sent.text();
        let told = text;
        try { told = JSON.parse(text).error.message; } catch { /* a plain sentence */ }
        item.replaceChildren(line(`${t.refused}  ${file.name}：${told}`, "warning"));
        return;
      }
      let upload = await sent.json();
      while (upload.status !== "done") {
        show(item, upload);
        await wait(400);
        const told = await fetch("/api/uploads/" + upload.id);
        if (!told.ok) throw new Error(told.status);  // started anew meanwhile: nobody knows of it
        upload = await told.json();
      }
      show(item, upload);
    } catch {
      item.replaceChildren(line(`${file.name}：${t.failed}`, "warning"));
    }
  };

  const sendAll = async (files) => {
    for (const file of [...files]) await send(file);
    const got = await fetch(location.href);
    if (!got.ok) return;
    const page = new DOMParser().parseFromString(await got.text(), "text/html");
    document.getElementById("held").replaceWith(document.importNode(page.getElementById("held"), true));
  };
  input.addEventListener("change", async () => { await sendAll(input.files); input.value = ""; });
  for (const name of ["dragover", "dragenter"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    sendAll(event.dataTransfer.files);
  });
})();
