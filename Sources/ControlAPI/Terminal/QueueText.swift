import Mail

/// The operators' answers as text for a terminal. Every line ends with a newline.
package enum QueueText {
    package static func summary(_ answer: OperatorAnswer) -> String {
        let data = answer.data
        func count(_ name: String) -> String { Figures.count(data[name].whole) }
        var lines = [
            "\(count("deliveries")) deliveries of \(count("messages")) messages are queued.",
            "  ready \(count("ready")), under way \(count("under_way")), waiting \(count("waiting")), "
                + "route being looked up \(count("unrouted")); \(count("connections")) connections to "
                + "\(count("sites")) sites",
            "  since the start: \(count("delivered")) delivered, \(count("deferred")) deferred, \(count("bounced")) "
                + "bounced",
        ]
        for wait in data["suspensions"].list { lines.append("THE QUEUE RESTS: \(text(wait["detail"]))") }
        lines += section(tenants(data["tenants"].list)) + section(campaigns(data["campaigns"].list))
        lines += section(sources(data["sources"].list))
        lines += section(holds(data["holds"].list, at: data["at"].moment))
        lines += section(limits(data["limits"].list, at: data["at"].moment))
        return joined(lines)
    }

    package static func sites(_ answer: OperatorAnswer) -> String {
        let sites = answer.data.list
        guard !sites.isEmpty else { return "No site has mail or is in trouble.\n" }
        var table = TextTable([
            .text("SITE", limit: 48), .number("QUEUED"), .number("WAITING"), .number("CONN"), .number("DELIVERED"),
            .number("DEFERRED"), .text("REASON"), .text("LAST REPLY", limit: 100),
        ])
        for site in sites {
            table.add([
                text(site["site"]), Figures.count(site["deliveries"].whole), Figures.count(site["waiting"].whole),
                connections(site), Figures.count(site["delivered"].whole), Figures.count(site["deferred"].whole),
                text(site["wait"]["reason"]), text(site["last_reply"]),
            ])
        }
        var lines = table.lines()
        if case .bool(true) = answer.json["meta"]["has_more"] { lines.append("... and others (--limit)") }
        return joined(lines)
    }

    package static func site(_ answer: OperatorAnswer) -> String {
        let site = answer.data
        func count(_ name: String) -> String { Figures.count(site[name].whole) }
        var lines = [
            text(site["site"]),
            "  \(count("deliveries")) deliveries (\(count("transactional")) transactional, "
                + "\(count("broadcast")) broadcast): ready \(count("ready")), under way \(count("under_way")), "
                + "waiting \(count("waiting"))",
            "  \(connections(site)) connections; \(count("delivered")) delivered, \(count("deferred")) deferred, "
                + "\(count("bounced")) bounced",
        ]
        func add(_ name: String, _ value: JSONValue) {
            if let value = value.string { lines.append("  \(name): \(TerminalText.clean(value))") }
        }
        add("why it waits", site["wait"]["detail"])
        add("earliest", site["wait"]["earliest"])
        add("rests until", site["back_off_until"])
        add("trouble", site["trouble"])
        add("last reply", site["last_reply"])
        add("oldest", site["oldest"])
        for throttle in site["throttles"].list { add("limit", throttle) }
        lines += section(tenants(site["tenants"].list))
        var sources = TextTable([.text("SOURCE"), .number("CONN"), .number("DELIVERED"), .text("WHY IT WAITS")])
        for source in site["sources"].list {
            sources.add([
                text(source["source"]), Figures.count(source["connections"].whole),
                Figures.count(source["delivered"].whole), text(source["wait"]["detail"]),
            ])
        }
        lines += section(sources) + section(holds(site["holds"].list, at: nil))
        lines += section(limits(site["limits"].list, at: nil))
        return joined(lines)
    }

    package static func holds(_ answer: OperatorAnswer) -> String {
        let table = holds(answer.data.list, at: nil)
        return table.rows.isEmpty ? "Nothing is suspended.\n" : joined(table.lines())
    }

    /// What `suspend` made.
    package static func suspended(_ answer: OperatorAnswer) -> String {
        joined(
            ["Suspended. 'martlet queue resume --hold \(text(answer.data["id"]))' ends it."]
                + holds([answer.data], at: nil).lines())
    }

    /// What `resume` ended.
    package static func resumed(_ answer: OperatorAnswer) -> String {
        let ended = answer.data["resumed"].list
        guard !ended.isEmpty else { return "Nothing of that scope was suspended.\n" }
        return joined(["Resumed:"] + holds(ended, at: nil).lines())
    }

    /// What a verb did.
    /// - Parameters:
    ///   - done: `flushed`, `cancelled`, `bounced`, `re-routed`.
    ///   - isFinal: what is under way can still be delivered, but is not tried again.
    package static func verb(_ answer: OperatorAnswer, done: String, isFinal: Bool) -> String {
        let deliveries = answer.data["deliveries"].whole
        let messages = answer.data["messages"].whole
        var lines = [
            "\(Figures.count(deliveries)) \(deliveries == 1 ? "delivery" : "deliveries") of "
                + "\(Figures.count(messages)) \(messages == 1 ? "message" : "messages") \(done)."
        ]
        let underWay = answer.data["under_way"].whole
        if underWay > 0 {
            let end =
                isFinal
                ? "cannot be called back; if the attempt fails there is no other."
                : "follow when their attempt comes back."
            lines.append("\(Figures.count(underWay)) more \(underWay == 1 ? "is" : "are") under way and \(end)")
        }
        return joined(lines)
    }

    // MARK: Parts

    static func text(_ value: JSONValue) -> String { TerminalText.clean(value.string ?? "") }

    static func joined(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }

    static func connections(_ site: JSONValue) -> String {
        "\(site["connections"].whole)/\(site["connections_allowed"].whole)"
    }

    /// `source mta-1 for site direct:@google`
    static func scope(_ hold: JSONValue) -> String {
        let scope = hold["scope"]
        var words: [String] = []
        for name in ["source", "tenant", "campaign"] {
            if let value = scope[name].string { words.append("\(name) \(value)") }
        }
        guard let site = scope["site"].string else { return TerminalText.clean(words.joined(separator: ", ")) }
        let first = words.isEmpty ? "" : words.joined(separator: ", ") + " for "
        return TerminalText.clean("\(first)site \(site)")
    }

    static func holder(_ hold: JSONValue) -> String {
        switch hold["kind"].string {
        case "rule": "rule \(text(hold["by"]))"
        case "source_health": "source health"
        default: text(hold["by"])
        }
    }

    /// - Parameter now: `nil`: the end is shown as a time, not as what is left.
    static func holds(_ holds: [JSONValue], at now: WallTime?) -> TextTable {
        var table = TextTable([
            .text("SUSPENDED"), .text(now == nil ? "UNTIL" : "LEFT"), .text("BY", limit: 40),
            .text("REASON", limit: 80), .text("HOLD"),
        ])
        for hold in holds {
            let end: String =
                if let until = hold["until"].moment {
                    now.map { Figures.span(until - $0) } ?? until.rfc3339
                } else { "resumed" }
            table.add([scope(hold), end, holder(hold), text(hold["reason"]), text(hold["id"])])
        }
        return table
    }

    static func limits(_ limits: [JSONValue], at now: WallTime?) -> TextTable {
        var table = TextTable([
            .text("LIMITED BY A RULE"), .text("TO"), .text(now == nil ? "UNTIL" : "LEFT"), .text("RULE"),
            .text("REPLY", limit: 80),
        ])
        for limit in limits {
            let source = limit["source"].string.map { "source \($0) for " } ?? ""
            let end = limit["until"].moment.map { until in
                now.map { Figures.span(until - $0) } ?? until.rfc3339
            }
            table.add([
                "\(source)site \(text(limit["site"]))", text(limit["figure"]), end ?? "", text(limit["rule"]),
                text(limit["reply"]),
            ])
        }
        return table
    }

    private static func tenants(_ tenants: [JSONValue]) -> TextTable {
        var table = TextTable([.text("TENANT"), .number("TRANSACTIONAL"), .number("BROADCAST")])
        for tenant in tenants {
            table.add([
                text(tenant["tenant"]), Figures.count(tenant["transactional"].whole),
                Figures.count(tenant["broadcast"].whole),
            ])
        }
        return table
    }

    private static func campaigns(_ campaigns: [JSONValue]) -> TextTable {
        var table = TextTable([.text("CAMPAIGN"), .text("OF TENANT"), .number("QUEUED")])
        for campaign in campaigns {
            table.add([
                text(campaign["campaign"]), text(campaign["tenant"]), Figures.count(campaign["deliveries"].whole),
            ])
        }
        return table
    }

    private static func sources(_ sources: [JSONValue]) -> TextTable {
        var table = TextTable([
            .text("SOURCE"), .number("CONN"), .number("DELIVERED"), .number("DEFERRED"), .number("BOUNCED"),
            .text("TROUBLE", limit: 80),
        ])
        for source in sources {
            table.add(
                [text(source["source"])]
                    + ["connections", "delivered", "deferred", "bounced"].map { Figures.count(source[$0].whole) }
                    + [text(source["trouble"])])
        }
        return table
    }

    /// With an empty line before it; nothing at all when the table has no rows.
    private static func section(_ table: TextTable) -> [String] { table.rows.isEmpty ? [] : [""] + table.lines() }
}
