import Mail

/// Draws `martlet top`: a pure function of two snapshots and the size of the screen. No line is wider than the screen,
/// and nothing that a stranger said reaches it uncleaned.
package struct TopScreen: Sendable {
    /// By what sites are sorted; the key that chooses it.
    package enum Order: Character, Sendable, CaseIterable {
        case queued = "d"
        case sent = "s"
        case deferred = "e"
        /// The oldest mail first.
        case slow = "o"
        case name = "n"

        var words: String {
            switch self {
            case .queued: "deliveries"
            case .sent: "sent per second"
            case .deferred: "deferred per second"
            case .slow: "oldest mail"
            case .name: "name"
            }
        }
    }

    package enum Style: Hashable, Sendable {
        case plain, title, heading, alarm, dim
    }

    package struct Line: Hashable, Sendable {
        package var text: String
        package var style = Style.plain
    }

    package var width: Int
    package var height: Int
    package var order = Order.queued
    /// Sites that are scrolled past.
    package var offset = 0

    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// Mail that has waited longer than this makes a site slow.
    static let slowAfter: Duration = .seconds(900)

    /// At most `height` lines.
    /// - Parameters:
    ///   - earlier: what rates are counted from; `nil`: there are none yet.
    ///   - trouble: why the newest figures are not the newest; `nil`: they are.
    package func lines(_ now: TopSnapshot, since earlier: TopSnapshot?, trouble: String? = nil) -> [Line] {
        let rates = TopRates(now, since: earlier)
        var top = header(now, rates)
        if let trouble { top.append(Line(text: "NO ANSWER: \(trouble)", style: .alarm)) }
        let foot = [Line(text: footer(now), style: .dim)]
        // What is left goes to the sites first: five of them are worth more than anything below.
        var room = height - top.count - foot.count
        let wanted = min(now.sites.count, 5) + 2
        var below: [Line] = []
        for section in [
            holds(now), limits(now), TopWarmup(width: width).lines(now.warmups),
        ] where !section.isEmpty {
            let share = min(section.count, 8, room - wanted - 1)
            guard share >= 2 else { continue }
            below.append(Line(text: ""))
            below += section.prefix(share)
            room -= share + 1
        }
        let lines = top + sites(now, rates, rows: max(0, room - 2)) + below
        return (lines.prefix(max(0, height - 1)) + foot).prefix(max(0, height)).map { line in
            Line(text: TextTable.trimmed(TerminalText.cut(line.text, to: width)), style: line.style)
        }
    }

    /// - Returns: the largest offset that still shows a site.
    package func lastOffset(_ now: TopSnapshot) -> Int { max(0, now.sites.count - 1) }

    // MARK: Head and foot

    private func header(_ now: TopSnapshot, _ rates: TopRates) -> [Line] {
        let data = now.summary
        func count(_ name: String) -> String { Figures.count(data[name].whole) }
        func rate(_ name: String) -> String {
            "\(name) \(Figures.rate(rates.total(name, now)))/s (\(Figures.short(data[name].whole)))"
        }
        var lines = [
            Line(
                text:
                    "martlet  \(count("deliveries")) queued of \(count("messages")) messages: ready \(count("ready")), "
                    + "under way \(count("under_way")), waiting \(count("waiting")), routing \(count("unrouted"))   "
                    + (now.at?.rfc3339 ?? ""), style: .title),
            Line(
                text: "\(rate("delivered"))  \(rate("deferred"))  \(rate("bounced"))  "
                    + "\(count("connections")) connections  \(count("sites")) sites"),
        ]
        for wait in data["suspensions"].list {
            lines.append(Line(text: "RESTS: \(QueueText.text(wait["detail"]))", style: .alarm))
        }
        for source in data["sources"].list {
            guard let trouble = source["trouble"].string else { continue }
            lines.append(Line(text: "SOURCE \(QueueText.text(source["source"])): \(trouble)", style: .alarm))
        }
        if let slow = slowest(now) { lines.append(Line(text: slow, style: .alarm)) }
        return lines
    }

    /// The three sites with the oldest mail, if it is old.
    private func slowest(_ now: TopSnapshot) -> String? {
        guard let at = now.at else { return nil }
        let slow = now.sites.filter { $0.queued > 0 && $0.oldest.map { at - $0 > Self.slowAfter } ?? false }
            .sorted { ($0.oldest ?? at, $0.name) < ($1.oldest ?? at, $1.name) }
        guard !slow.isEmpty else { return nil }
        let words = slow.prefix(3).map { "\($0.name) (\(Figures.span(at - ($0.oldest ?? at))))" }
        return "SLOW: " + words.joined(separator: ", ") + (slow.count > 3 ? " and \(slow.count - 3) others" : "")
    }

    private func footer(_ now: TopSnapshot) -> String {
        let end = "q quit  arrows scroll  sort: d deliveries s sent e deferred o oldest n name"
        return "by \(order.words)\(offset > 0 ? ", from \(offset + 1)" : "") of \(now.sites.count)   \(end)"
    }

    // MARK: Sites

    private func sites(_ now: TopSnapshot, _ rates: TopRates, rows: Int) -> [Line] {
        guard rows > 0 else { return [] }
        guard !now.sites.isEmpty else { return [Line(text: ""), Line(text: "No site has mail or is in trouble.")] }
        let shown = sorted(now, rates).dropFirst(max(0, min(offset, lastOffset(now)))).prefix(rows)
        var table = TextTable([
            .text("SITE", limit: max(12, width / 3)), .number("QUEUED"), .number("WAIT"), .number("CONN"),
            .number("SENT/s"), .number("DEFER/s"), .text("OLDEST"), .text("REASON"), .text("LAST REPLY"),
        ])
        for site in shown {
            let age = now.at.flatMap { at in site.oldest.map { Figures.span(at - $0) } }
            table.add([
                site.name, Figures.short(site.queued), Figures.short(site.json["waiting"].whole),
                QueueText.connections(site.json), Figures.rate(rates.delivered(site)),
                Figures.rate(rates.deferred(site)), age ?? "", reason(site.json, now),
                site.json["last_reply"].string ?? "",
            ])
        }
        let lines = table.lines(width: width)
        return [Line(text: "")] + lines.enumerated().map { Line(text: $1, style: $0 == 0 ? .heading : .plain) }
    }

    /// The word, and how long it lasts.
    private func reason(_ site: JSONValue, _ now: TopSnapshot) -> String {
        guard let word = site["wait"]["reason"].string else {
            return site["limits"].list.first.map { QueueText.text($0["figure"]) } ?? ""
        }
        guard let at = now.at, let end = site["wait"]["earliest"].moment, end > at else { return word }
        return "\(word) \(Figures.span(end - at))"
    }

    private func sorted(_ now: TopSnapshot, _ rates: TopRates) -> [TopSnapshot.Site] {
        let keyed = now.sites.map { (key: key(of: $0, rates), site: $0) }
        let sorted = keyed.sorted { a, b in a.key != b.key ? a.key > b.key : a.site.name < b.site.name }
        return sorted.map(\.site)
    }

    /// The higher, the further up.
    private func key(of site: TopSnapshot.Site, _ rates: TopRates) -> Double {
        switch order {
        case .queued: Double(site.queued)
        case .sent: rates.delivered(site) ?? -1
        case .deferred: rates.deferred(site) ?? -1
        case .slow: site.oldest.map { -Double($0.milliseconds) } ?? -.infinity
        case .name: 0
        }
    }

    // MARK: What rests

    private func holds(_ now: TopSnapshot) -> [Line] {
        section(QueueText.holds(now.summary["holds"].list, at: now.at))
    }

    private func limits(_ now: TopSnapshot) -> [Line] {
        section(QueueText.limits(now.summary["limits"].list, at: now.at))
    }

    private func section(_ table: TextTable) -> [Line] {
        guard !table.rows.isEmpty else { return [] }
        return table.lines(width: width).enumerated().map { Line(text: $1, style: $0 == 0 ? .heading : .plain) }
    }
}
