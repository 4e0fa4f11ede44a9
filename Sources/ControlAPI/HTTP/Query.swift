import Hummingbird
import Mail

/// The query of a list request, each parameter checked.
struct Query {
    let request: Request

    func text(_ name: String) -> String? {
        request.uri.queryParameters.get(name)
    }

    func flag(_ name: String) -> Bool { ["true", "1", "yes"].contains(text(name)?.lowercased() ?? "") }

    func number(_ name: String, default value: Int, in range: ClosedRange<Int>) throws -> Int {
        guard let text = text(name) else { return value }
        guard let number = Int(text), range.contains(number) else {
            throw APIFailure.badQuery(
                name, text, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func time(_ name: String) throws -> WallTime? {
        guard let text = text(name) else { return nil }
        // A raw '+' of an offset arrives as a blank.
        guard let time = WallTime(rfc3339: text) ?? WallTime(rfc3339: text.split(separator: " ").joined(separator: "+"))
        else {
            throw APIFailure.badQuery(name, text, "must be a time such as 2026-01-15T10:30:00Z")
        }
        return time
    }
}
