extension BounceCorpusTests {
    /// The text of each expected row: the Diagnostic-Code of the recipient's report, else what a host said in the body,
    /// else the body up to the returned message.
    static let extraction = #"""
        import csv, email, email.policy, json, os, re, sys
        with open(sys.argv[1]) as f: request = json.load(f)
        root = request["root"]
        cut = re.compile(
            r"^\s*(-+ ?(this is a copy|below this line|original message|returned mail|message header|forwarded message"
            r"|unsent message|the header of the original|transcript of headers)|received: (from|by)|return-path:"
            r"|your message header"
            r"|the original message|original (mail|message) (header|follows)|message header)", re.I | re.M)
        def clean(text):
            text = re.sub(r"<[^>@]*>", " ", text)
            return " ".join(text.split())[:3000]
        def reports(message):
            found = []
            for part in message.walk():
                if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
                    for group in part.get_payload() if part.is_multipart() else []:
                        if not hasattr(group, "get"): continue
                        if group.get("final-recipient") or group.get("original-recipient"): found.append(group)
            return found
        rows = list(csv.DictReader(open(f"{root}/EXPECTED.tsv"), delimiter="\t", quoting=csv.QUOTE_NONE))
        with open(f"{root}/DISPUTED-p5-vs-go.tsv") as f:
            disputed = {(r["file"], r["index"]) for r in csv.DictReader(f, delimiter="\t")}
        out = []
        for row in rows:
            if (row["file"], row["index"]) in disputed: continue
            path = f"{root}/maildir/bsd/{row['file']}"
            if not os.path.exists(path): continue
            with open(path, "rb") as f: message = email.message_from_binary_file(f, policy=email.policy.compat32)
            groups = reports(message)
            number = int(row["index"]) - 1
            action = lambda group: str(group.get("action", "failed")).strip().lower()
            failed = [g for g in groups if action(g) not in ("relayed", "expanded")] or groups
            group = failed[number] if number < len(failed) else (failed[0] if failed else None)
            diagnostic = ""
            if group is not None:
                diagnostic = clean(str(group.get("diagnostic-code", "")))
                diagnostic = re.sub(r"^(x-)?[\w-]+ *; *", "", diagnostic)
            body = ""
            for part in message.walk():
                if part.get_content_maintype() == "text":
                    raw = part.get_payload(decode=True) or b""
                    charset = part.get_content_charset() or "latin-1"
                    try: body = raw.decode(charset, "replace")
                    except LookupError: body = raw.decode("latin-1")
                    break
            hit = cut.search(body)
            if hit and hit.start() > 40: body = body[:hit.start()]
            body = clean(body)
            # Where no report names the reply, what a host said begins with its code.
            if not diagnostic and row["replycode"]:
                said = [m.start() for m in re.finditer(r"(?<![\d.])" + row["replycode"] + r"(?=[ :;-]|$)", body)]
                if number < len(said) and len(said) == sum(r["file"] == row["file"] for r in rows):
                    diagnostic = body[said[number]:]
                elif said:
                    near = len(said) > 1 and body[said[0]:said[-1]].count(" ") < 40
                    diagnostic = body[said[-1]:] if near else body[said[0]:]
                diagnostic = re.sub(r" Giving up on \S+$", "", diagnostic)
            diagnostic = re.sub(r"(?<=\S )[45]\d\d-([45]\.\d+\.\d+ )?", "", diagnostic)
            agent = str(group.get("remote-mta", "")) if group is not None else ""
            agent = re.sub(r"^\s*\w+ *; *", "", agent).split(" ")[0].strip("[]<>,;()").lower()
            status = row["status"]
            internal = re.match(r"[45]\.0\.9\d\d$", status) is not None
            out.append({"file": row["file"], "index": row["index"],
                        "status": status[0] + ".0.0" if internal else status,
                        "code": row["replycode"], "reason": row["reason"], "hard": row["hardbounce"],
                        "text": diagnostic or body, "host": agent.rstrip(".")})
        with open(sys.argv[2], "w") as f: json.dump(out, f)
        """#
}
