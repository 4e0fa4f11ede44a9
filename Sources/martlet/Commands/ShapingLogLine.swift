import Foundation
import MTA
import Mail
import Queue

/// One reply of a log that is replayed.
///
/// Three forms, told apart by each line: JSON with `code` and `text` and what else is known of `time`, `site` or
/// `provider`, `source`, `tenant`, `host`, `enhanced`; the same as eight columns with tabs between them, in the order
/// `time site source tenant host code enhanced text`, `-` for what is not known; or `PROVIDER CODE TEXT`, where a
/// host's or a site's name may stand for the provider.
struct ShapingLogLine {
    struct Failure: Error { var message: String }

    var time: WallTime?
    var site: String
    var source: String?
    var tenant: UUIDv7
    var host: String
    var reply: Reply

    init(_ line: String) throws(Failure) {
        if line.first(where: { $0 != " " }) == "{" {
            try self.init(json: line)
        } else if line.contains("\t") {
            try self.init(columns: line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init))
        } else {
            let words = line.split(separator: " ", maxSplits: 2).map(String.init)
            guard words.count >= 2 else { throw Failure(message: "expected 'PROVIDER CODE TEXT', columns or JSON") }
            try self.init(["site": words[0], "code": words[1], "text": words.count > 2 ? words[2] : ""])
        }
    }

    private init(columns: [String]) throws(Failure) {
        let names = ["time", "site", "source", "tenant", "host", "code", "enhanced", "text"]
        guard columns.count >= names.count else {
            throw Failure(
                message: "has \(columns.count) columns where \(names.count) are expected: "
                    + names.joined(separator: ", "))
        }
        var fields: [String: String] = [:]
        for (name, column) in zip(names, columns) where !column.isEmpty && column != "-" { fields[name] = column }
        // A tab in the text is the host's own.
        fields["text"] = columns[(names.count - 1)...].joined(separator: " ")
        try self.init(fields)
    }

    private init(json: String) throws(Failure) {
        guard let object = try? JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any] else {
            throw Failure(message: "is no JSON object")
        }
        var fields: [String: String] = [:]
        for key in ["time", "site", "provider", "source", "tenant", "host", "code", "enhanced", "text"] {
            switch object[key] {
            case nil, is NSNull: continue
            case let text as String: fields[key] = text
            case let number as NSNumber: fields[key] = "\(number)"
            default: throw Failure(message: "'\(key)' is neither text nor a number")
            }
        }
        if let provider = fields["provider"], fields["site"] == nil { fields["site"] = provider }
        try self.init(fields)
    }

    private init(_ fields: [String: String]) throws(Failure) {
        if let text = fields["time"] {
            guard let time = WallTime(rfc3339: text) ?? Double(text).flatMap(Self.epoch) else {
                throw Failure(
                    message: "'\(text)' is no time: expected RFC 3339 such as 2026-01-15T10:30:00Z, or seconds")
            }
            self.time = time
        }
        guard let text = fields["code"] else { throw Failure(message: "has no code") }
        guard let code = UInt16(text), (200..<600).contains(code) else {
            throw Failure(message: "'\(text)' is no reply code from 200 to 599")
        }
        let lines = (fields["text"] ?? "").split(separator: "\n", omittingEmptySubsequences: false).map {
            Array($0.utf8)
        }
        var reply = Reply(code: code, lines: lines)
        if let text = fields["enhanced"] {
            guard let status = EnhancedStatus(text) else { throw Failure(message: "'\(text)' is no enhanced status") }
            reply = Reply(code: code, enhanced: status, text: reply.text)
        }
        self.reply = reply
        guard let place = fields["site"] ?? fields["host"] else {
            throw Failure(message: "has no site, provider or host")
        }
        let isProvider = Provider.names.contains(place)
        site = isProvider ? "direct:@\(place)" : place.contains(":") ? place : "direct:\(place)"
        host = fields["host"] ?? (isProvider || place.contains(":") ? "" : place)
        source = fields["source"]
        tenant = Self.identifier(fields["tenant"] ?? "")
    }

    private static func epoch(_ seconds: Double) -> WallTime? {
        guard seconds >= 0, seconds < 253_402_300_800 else { return nil }
        return WallTime(milliseconds: Int64(seconds * 1_000))
    }

    /// Logs may name tenants by words of their own.
    private static func identifier(_ text: String) -> UUIDv7 {
        UUIDv7(text) ?? UUIDv7(at: WallTime(milliseconds: 0), random: (0, StableHash.of(text)))
    }
}
