import Mail
import Queue

/// Rules and what they do, as `martlet shaping` shows them.
enum ShapingWords {
    static func place(_ place: ShapingPlace) -> String {
        var words = place.sites + place.hosts.map { "*.\($0)" } + place.providers
        if !place.exits.isEmpty { words.append("by \(place.exits.joined(separator: ","))") }
        return words.isEmpty ? "everywhere" : words.joined(separator: ",")
    }

    static func trigger(_ trigger: ShapingTrigger) -> String {
        switch trigger {
        case .immediate: "immediate"
        case .threshold(let count, let period): "\(count)/\(duration(period))"
        }
    }

    static func action(_ action: ShapingAction) -> String {
        switch action {
        case .suspend: "suspend"
        case .slow(let share): "slow(\(Int((share * 100).rounded()))%)"
        case .limit(let limits): "limit(\(figures(limits)))"
        case .failover: "failover"
        case .bounce: "bounce"
        case .retry(let time): "retry-in(\(duration(time)))"
        }
    }

    static func figures(_ limits: ThrottleLimits) -> String {
        var words: [String] = []
        if let rate = limits.messageRate { words.append("\(rate.count) messages/\(duration(rate.period))") }
        if let rate = limits.connectionRate { words.append("\(rate.count) connects/\(duration(rate.period))") }
        if let count = limits.connections { words.append("\(count) connections") }
        if let count = limits.messagesPerConnection { words.append("\(count) messages each") }
        return words.joined(separator: ", ")
    }

    static func directive(_ directive: ShapingDirective) -> String {
        switch directive {
        case .hold(let hold): "hold \(scope(hold.scope)) until \(hold.until.map(\.rfc3339) ?? "resumed")"
        case .limit(let limit):
            "\(change(limit.change)) \(limit.key.name)\(limit.key.source.isEmpty ? "" : " from \(limit.key.source)") "
                + "until \(limit.until.rfc3339)"
        }
    }

    private static func change(_ change: TemporaryLimit.Change) -> String {
        switch change {
        case .slow(let share): action(.slow(share))
        case .set(let limits): action(.limit(limits))
        }
    }

    private static func scope(_ scope: Hold.Scope) -> String {
        switch scope {
        case .site(let site): site
        case .source(let source): "source \(source)"
        case .siteAndSource(let site, let source): "\(site) from \(source)"
        case .tenant(let tenant): "tenant \(tenant)"
        case .siteAndTenant(let site, let tenant): "\(site) of tenant \(tenant)"
        case .campaign(let campaign): "campaign \(campaign)"
        }
    }

    static func duration(_ duration: Duration) -> String {
        let milliseconds = duration.wholeMilliseconds
        for (unit, size) in [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000)] as [(String, Int64)]
        where milliseconds % size == 0 && milliseconds >= size {
            return "\(milliseconds / size)\(unit)"
        }
        return "\(milliseconds)ms"
    }

    /// Columns as wide as they must be; the last is not padded.
    static func table(_ rows: [[String]]) {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.count)
            }
        }
        for row in rows {
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            print(cells.joined(separator: "  "))
        }
    }
}
