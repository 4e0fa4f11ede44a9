/// The page at `/dev`: what has landed in the inbox, newest first, and one message at a time as its raw text.
///
/// Mail is hostile: the page puts it on screen only as text (`textContent`), and the policy below forbids any script,
/// frame or request that is not the page's own.
enum DevPage {
    static let contentSecurityPolicy =
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'"

    static let html = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Martlet inbox</title>
        <link rel="stylesheet" href="/dev/page.css">
        </head>
        <body>
        <header><h1>Martlet</h1><p id="count">loading</p><button id="clear" type="button">Empty the inbox</button></header>
        <main>
        <ol id="list" aria-label="Messages"></ol>
        <section id="detail" aria-live="polite"><p>Choose a message. New ones appear by themselves.</p></section>
        </main>
        <script src="/dev/page.js"></script>
        </body>
        </html>
        """

    static let css = """
        :root { color-scheme: light dark; --line: #8884; --accent: #0b6e99; font: 15px/1.5 system-ui, sans-serif; }
        body { margin: 0; display: flex; flex-direction: column; height: 100vh; }
        header { display: flex; gap: 1rem; align-items: baseline; padding: .5rem 1rem; border-bottom: 1px solid var(--line); }
        h1 { font-size: 1.1rem; margin: 0; color: var(--accent); }
        header p { margin: 0; flex: 1; opacity: .7; }
        main { flex: 1; display: grid; grid-template-columns: minmax(16rem, 26rem) 1fr; min-height: 0; }
        #list { list-style: none; margin: 0; padding: 0; overflow: auto; border-right: 1px solid var(--line); }
        #list button { all: unset; display: block; width: 100%; box-sizing: border-box; padding: .5rem 1rem; cursor: pointer;
          border-bottom: 1px solid var(--line); }
        #list button:hover, #list button:focus-visible, #list [aria-current] { background: #8882; }
        #list b, #list span { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
        #list span { opacity: .7; font-size: .87em; }
        #detail { overflow: auto; padding: 1rem; }
        pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.45 ui-monospace, monospace; }
        @media (max-width: 45rem) { main { grid-template-columns: 1fr; grid-template-rows: 40% 1fr; } }
        """

    static let script = """
        "use strict";
        const list = document.getElementById("list"), detail = document.getElementById("detail"),
          count = document.getElementById("count");
        let chosen = null, shown = "";
        const element = (name, text) => { const e = document.createElement(name); e.textContent = text; return e; };
        async function show(id) {
          chosen = id;
          const raw = await fetch("/dev/inbox/" + id + "/raw");
          detail.replaceChildren();
          if (!raw.ok) { detail.append(element("p", "This message is no longer here.")); return; }
          const link = element("a", "Download the raw message");
          link.href = "/dev/inbox/" + id + "/raw"; link.download = id + ".eml";
          detail.append(link, element("pre", await raw.text()));
          mark();
        }
        function mark() {
          for (const b of list.querySelectorAll("button"))
            if (b.dataset.id === chosen) b.setAttribute("aria-current", "true"); else b.removeAttribute("aria-current");
        }
        async function refresh() {
          try {
            const answer = await (await fetch("/dev/inbox?limit=100")).json();
            count.textContent = answer.meta.total + (answer.meta.total === 1 ? " message" : " messages");
            const key = answer.data.map(m => m.id).join();
            if (key !== shown) {
              shown = key;
              list.replaceChildren(...answer.data.map(m => {
                const item = document.createElement("li"), button = document.createElement("button");
                button.dataset.id = m.id;
                button.append(element("b", m.subject || "(no subject)"),
                  element("span", m.header_from || m.from), element("span", "to " + m.to.join(", ") + " · " + m.received_at));
                button.addEventListener("click", () => show(m.id));
                item.append(button);
                return item;
              }));
              mark();
            }
          } catch { count.textContent = "the engine does not answer"; }
          setTimeout(refresh, 1000);
        }
        document.getElementById("clear").addEventListener("click", async () => {
          await fetch("/dev/inbox", { method: "DELETE" });
          chosen = null; detail.replaceChildren();
        });
        refresh();
        """
}
