import Foundation

/// Python's `email` package reads a message and says what it found: somebody else's opinion of our MIME.
struct PythonOracle {
    struct Report: Decodable {
        var defects: [String]
        var type: String
        var reportType: String?
        var headers: [String: String]
        var parts: [Part]
    }

    struct Part: Decodable {
        var type: String
        var encoding: String?
        var text: String
        /// The groups of fields of a delivery-status part.
        var groups: [[String: String]]
    }

    private static let script = """
        import sys, json, email, email.policy
        raw = sys.stdin.buffer.read()
        m = email.message_from_bytes(raw, policy=email.policy.SMTP)
        defects = [repr(d) for p in m.walk() for d in p.defects]
        def text(p):
            if p.get_content_maintype() == 'message':
                return ''.join(s.as_string() for s in p.get_payload())
            return p.get_payload(decode=True).decode('utf-8', 'replace')
        parts = [{'type': p.get_content_type(), 'encoding': p['Content-Transfer-Encoding'], 'text': text(p),
                  'groups': [{k: ' '.join(v.split()) for k, v in s.items()} for s in p.get_payload()]
                            if p.get_content_type() == 'message/delivery-status' else []}
                 for p in m.iter_parts()]
        print(json.dumps({'defects': defects, 'type': m.get_content_type(),
                          'reportType': m.get_content_type() and m.get_param('report-type'),
                          'headers': {k: str(v) for k, v in m.items()}, 'parts': parts}))
        """

    static var isAvailable: Bool {
        let isThere = ["/usr/bin/python3", "/usr/local/bin/python3"].contains {
            FileManager.default.isExecutableFile(atPath: $0)
        }
        if !isThere { print("SKIPPED: the syntax of failure notices needs python3") }
        return isThere
    }

    static func read(_ message: [UInt8]) throws -> Report {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script]
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(message))
        try input.fileHandleForWriting.close()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return try JSONDecoder().decode(Report.self, from: data)
    }
}
