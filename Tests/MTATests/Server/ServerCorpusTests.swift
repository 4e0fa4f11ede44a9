import Foundation
import Loop
import Mail
import MartletTesting
import Testing

@testable import MTA

/// Real and odd messages, submitted by smtplib: each arrives byte for byte, or is refused by the rule that says so.
@Suite("Server: messages byte for byte", .timeLimit(.minutes(1)))
struct ServerCorpusTests {
    private static func files(_ suite: String) -> [URL] {
        let folder = ServerVectors.folder.appending(path: suite)
        let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey])
        return (all?.compactMap { $0 as? URL } ?? [])
            .filter { (try? $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true }
            .filter { !["json", "golden", "md", "png"].contains($0.pathExtension) }
            .filter {
                !["SOURCE.txt", "LICENSE.txt", "COPYING"].contains($0.lastPathComponent)
                    && !$0.lastPathComponent.hasPrefix("LICENSE")
            }
            .sorted { $0.path < $1.path }
    }

    /// As smtplib sends it: LF becomes CRLF, and there is one at the end. CR alone stays.
    static func wire(_ raw: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        for byte in raw {
            if byte == 10, out.last != 13 { out.append(13) }
            out.append(byte)
        }
        if out.suffix(2) != [13, 10] { out += [13, 10] }
        return out
    }

    static func fault(_ content: [UInt8]) -> String? {
        var previous: UInt8 = 0
        for byte in content {
            if previous == 13, byte != 10 { return "550 5.6.11" }
            if byte == 0 { return "550 5.6.11" }
            previous = byte
        }
        return nil
    }

    @Test(arguments: ["mime/cpython", "mime/mail-parser", "mime/enmime", "smtp/haraka"], [false, true])
    func corpus(suite: String, isChunked: Bool) async throws {
        let files = Self.files(suite)
        guard !files.isEmpty else { return print("SKIPPED: conformance \(suite) needs MARTLET_CONFORMANCE") }
        let host = try ServerHost()
        let paths = String(decoding: try JSONSerialization.data(withJSONObject: files.map(\.path)), as: UTF8.self)
        // BDAT is sent by hand: smtplib does not know it.
        let script = """
            import json, re, smtplib
            s = smtplib.SMTP('127.0.0.1', \(host.port), timeout=20)
            s.ehlo()
            for i, path in enumerate(json.loads(r'''\(paths)''')):
                data = re.sub(rb'(?<!\\r)\\n', b'\\r\\n', open(path, 'rb').read())
                if \(isChunked ? "True" : "False"):
                    if data[-2:] != b'\\r\\n': data += b'\\r\\n'
                    s.mail('a@example.org'); s.rcpt('m%d@example.net' % i)
                    half = len(data) // 2
                    sizes = half, len(data) - half
                    s.send(b'BDAT %d\\r\\n' % sizes[0] + data[:half] + b'BDAT %d LAST\\r\\n' % sizes[1] + data[half:])
                    first, last = s.getreply(), s.getreply()
                    code, text = first if first[0] != 250 else last
                else:
                    s.mail('a@example.org'); s.rcpt('m%d@example.net' % i)
                    code, text = s.data(data)
                print(i, code, text.decode().split()[0])
            s.quit()
            """
        guard let output = try await ServerTool.run("python3", ["-"], input: script) else { return await host.stop() }
        let lines = output.text.split(separator: "\n")
        #expect(lines.count == files.count, "\(output.text.suffix(500))")
        var arrived: [String: Submission] = [:]
        for submission in host.intake.submissions {
            arrived[submission.envelope.recipients.first?.mailbox.localPart ?? ""] = submission
        }
        var refused = 0
        for (index, file) in files.enumerated() {
            let content = Self.wire(Array(try Data(contentsOf: file)))
            let said = lines.indices.contains(index) ? String(lines[index].split(separator: " ", maxSplits: 1)[1]) : ""
            if let fault = Self.fault(content) {
                refused += 1
                #expect(said == fault && arrived["m\(index)"] == nil, "\(file.lastPathComponent): \(said)")
            } else {
                #expect(said == "250 2.0.0", "\(file.lastPathComponent): \(said)")
                #expect(arrived["m\(index)"]?.content.original == content, "\(file.lastPathComponent) arrived changed")
            }
        }
        print(
            "conformance \(suite) by \(isChunked ? "BDAT" : "DATA"): \(files.count) messages, "
                + "\(files.count - refused) byte for byte, \(refused) refused with 550 5.6.11 as stated")
        await host.stop()
    }
}
