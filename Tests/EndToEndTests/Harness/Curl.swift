import Foundation
import Testing

/// The real curl, as a developer would use it.
enum Curl {
    struct Answer {
        var status: Int
        var headers: String
        var body: String

        /// The body as JSON; an empty object when it is none.
        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
        }
        var data: [String: Any] { json["data"] as? [String: Any] ?? [:] }
        var list: [[String: Any]] { json["data"] as? [[String: Any]] ?? [] }
        var error: [String: Any] { json["error"] as? [String: Any] ?? [:] }
    }

    static func send(
        _ method: String, _ url: String, key: String?, body: String? = nil, headers: [String] = []
    ) throws -> Answer {
        let curl = try #require(Tool.path("curl", neededFor: "every test of the HTTP API"))
        let folder = try TemporaryFolder()
        let head = try folder.file("head")
        var arguments = ["-sS", "-X", method, "-D", head.path, "--max-time", "30", url]
        if let key { arguments += ["-H", "Authorization: Bearer \(key)"] }
        for header in headers { arguments += ["-H", header] }
        if let body {
            let file = try folder.file("body", text: body)
            arguments += ["-H", "Content-Type: application/json", "--data-binary", "@\(file.path)"]
        }
        let result = try Tool.run(curl, arguments)
        try #require(result.status == 0, "curl \(method) \(url): \(result.errors)")
        let lines = try String(contentsOf: head, encoding: .utf8)
        // A 100 Continue may stand before the answer: the last status line counts.
        let statuses = lines.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("HTTP/") }
        let status = statuses.last.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) } ?? 0
        return Answer(status: status, headers: lines, body: result.output)
    }
}
