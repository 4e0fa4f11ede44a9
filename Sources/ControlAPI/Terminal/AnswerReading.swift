import Mail

/// Reads answers of this API: what is missing or of another type is left out, so that a newer server is no error.
extension JSONValue {
    subscript(_ name: String) -> JSONValue {
        guard case .object(let object) = self else { return .null }
        return object[name] ?? .null
    }

    var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// 0 for what is none.
    var whole: Int {
        guard case .number(let text) = self else { return 0 }
        return Int(text) ?? 0
    }

    var number: Int? {
        guard case .number(let text) = self else { return nil }
        return Int(text)
    }

    var list: [JSONValue] {
        guard case .array(let values) = self else { return [] }
        return values
    }

    var moment: WallTime? { string.flatMap { WallTime(rfc3339: $0) } }
}

/// An answer of the running server, as the commands get it.
package struct OperatorAnswer: Sendable {
    /// As it came.
    package let body: [UInt8]
    let json: JSONValue

    var data: JSONValue { json["data"] }

    /// What `--json` prints: the answer as it came, but for control and format characters, which JSON may hold and a
    /// terminal must not get.
    package var printable: String {
        var text = String.UnicodeScalarView()
        for scalar in String(decoding: body, as: UTF8.self).unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    text.append(
                        contentsOf: "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".unicodeScalars)
                }
            default: text.append(scalar)
            }
        }
        return String(text)
    }

    /// - Throws: `OperatorFailure` for every answer that is not a success.
    package init(status: Int, body: [UInt8]) throws(OperatorFailure) {
        self.body = body
        let json = try? JSONParser.parse(body)
        guard (200...299).contains(status) else { throw OperatorFailure(status: status, json ?? .null) }
        guard let json else {
            throw OperatorFailure(message: "What answers there is no Martlet: the answer is not JSON.")
        }
        self.json = json
    }
}

/// Why the server did not do it, in its own words.
package struct OperatorFailure: Error, CustomStringConvertible {
    package let description: String

    package init(message: String) { self.init(lines: [TerminalText.clean(message)]) }

    /// - Parameter lines: clean.
    private init(lines: [String]) { description = lines.joined(separator: "\n") }

    init(status: Int, _ json: JSONValue) {
        let error = json["error"]
        guard let message = error["message"].string else {
            self.init(message: "The server answered with status \(status). Is it a Martlet?")
            return
        }
        var lines = [TerminalText.clean(message)]
        for detail in error["details"].list {
            guard let field = detail["field"].string, !field.isEmpty, let words = detail["message"].string else {
                continue
            }
            let value = detail["value"].string.map { $0.isEmpty ? "" : " '\($0)'" } ?? ""
            lines.append("  " + TerminalText.clean("\(field)\(value): \(words)"))
        }
        // With one thing wrong the message is the detail's own.
        if lines.count == 2, error["details"].list.first?["message"].string == message {
            lines = [String(lines[1].dropFirst(2))]
        }
        if status == 401 { lines.append("  Give the key as --key or in the environment as MARTLET_KEY.") }
        self.init(lines: lines)
    }
}
