import Foundation
import Mail
import Testing

@testable import DNSAuth

/// Containers made to hurt, and those that only look odd.
@Suite struct ReportContainerTests {
    static let xml = Array("<?xml version=\"1.0\"?><feedback></feedback>".utf8)

    @Test func whatIsPackedComesBack() throws {
        let bytes = Array(String(repeating: "<a>some text</a>\n", count: 5_000).utf8)
        #expect(try ReportContainer.open(GzipFile.pack(bytes), limits: ReportLimits()) == bytes)
        #expect(try ReportContainer.open(bytes, limits: ReportLimits()) == bytes)
    }

    @Test func pythonUnpacksOurGzip() throws {
        guard let python = Tool.find("python3", for: "our gzip read by python") else { return }
        let script = "import sys,gzip; sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))"
        let read = try Tool.run(python, ["-c", script], input: Data(GzipFile.pack(Self.xml)))
        #expect(Array(read.output.utf8) == Self.xml)
    }

    @Test func severalMembersAreOneFileAndWhatFollowsIsIgnored() throws {
        let half = Self.xml.count / 2
        let packed =
            GzipFile.pack(Array(Self.xml[..<half])) + GzipFile.pack(Array(Self.xml[half...])) + Array("\r\n".utf8)
        #expect(try ReportContainer.open(packed, limits: ReportLimits()) == Self.xml)
    }

    @Test func aBombIsRefusedByItsRatio() {
        let packed = GzipFile.pack([UInt8](repeating: 0x3C, count: 40 << 20))
        #expect(throws: ReportFailure.tooDense(limit: 200)) {
            try ReportContainer.open(packed, limits: ReportLimits())
        }
    }

    @Test func aLongReportIsRefusedByItsLength() {
        let limits = ReportLimits(bytes: 1 << 20, ratio: 100_000)
        let packed = GzipFile.pack([UInt8](repeating: 0x3C, count: (1 << 20) + 1))
        #expect(throws: ReportFailure.tooLarge(limit: 1 << 20)) { try ReportContainer.open(packed, limits: limits) }
    }

    @Test func aContainerInAContainerIsRefused() {
        #expect(throws: ReportFailure.nestedContainer) {
            try ReportContainer.open(GzipFile.pack(GzipFile.pack(Self.xml)), limits: ReportLimits())
        }
    }

    @Test func everyCutOfAGzipFileIsRefusedAndNeverTraps() {
        let packed = GzipFile.pack(Self.xml)
        for length in 3..<packed.count {
            let cut = Array(packed[..<length])
            #expect(throws: ReportFailure.self) { try ReportContainer.open(cut, limits: ReportLimits()) }
        }
    }

    @Test(arguments: [
        ("one.xml", "stored", true), ("one.xml", "deflated", true), ("report", "deflated", true),
        ("__MACOSX/._a.xml,b.xml", "deflated", true), ("a.txt,b.XML", "deflated", true),
        ("a.txt,b.txt", "deflated", false), ("a,b,c,d,e,f,g,h,i.xml", "deflated", false),
    ])
    func aZipArchiveOfPython(names: String, method: String, isRead: Bool) throws {
        guard let zip = try Self.zip(names: names, method: method) else { return }
        let result = Result { try ReportContainer.open(zip, limits: ReportLimits()) }
        if isRead {
            #expect(try result.get() == Self.xml)
        } else {
            #expect(throws: names.hasPrefix("a,") ? ReportFailure.tooManyMembers(limit: 8) : .noReport) {
                try result.get()
            }
        }
    }

    @Test func aDamagedOrEncryptedZipArchiveIsRefused() throws {
        guard let zip = try Self.zip(names: "a.xml", method: "deflated") else { return }
        for length in 5..<zip.count {
            let cut = Array(zip[..<length])
            #expect(throws: ReportFailure.self) { try ReportContainer.open(cut, limits: ReportLimits()) }
        }
        var flipped = zip
        flipped[40] ^= 0x55
        #expect(throws: ReportFailure.self) { try ReportContainer.open(flipped, limits: ReportLimits()) }
        var encrypted = zip
        let directory = zip.count - 22 - 46 - 5
        encrypted[directory + 8] |= 1
        #expect(throws: ReportFailure.encrypted) { try ReportContainer.open(encrypted, limits: ReportLimits()) }
    }

    @Test func aZipBombIsRefused() throws {
        guard let python = Tool.find("python3", for: "a zip bomb made by python") else { return }
        let script = """
            import io,sys,zipfile
            out=io.BytesIO(); z=zipfile.ZipFile(out,'w',zipfile.ZIP_DEFLATED)
            z.writestr('a.xml',b'<'*(30<<20)); z.close()
            import base64; print(base64.b64encode(out.getvalue()).decode())
            """
        let bomb = try #require(Base64.decode(try Tool.run(python, ["-c", script]).output))
        #expect(throws: ReportFailure.tooDense(limit: 200)) { try ReportContainer.open(bomb, limits: ReportLimits()) }
        #expect(throws: ReportFailure.tooLarge(limit: 1_000)) {
            try ReportContainer.open(bomb, limits: ReportLimits(bytes: 1_000))
        }
    }

    /// Each costs as much as the limits allow, so a message full of them would keep a thread busy for minutes.
    @Test func aMessageFullOfBrokenFilesIsGivenUp() throws {
        func message(_ broken: Int) -> [UInt8] {
            let bad = "--b\r\nContent-Type: application/gzip\r\n\r\n<feedback><broken\r\n"
            let good = """
                --b\r\nContent-Type: application/json; name=a.json\r\n\r
                {"organization-name":"o","report-id":"1","contact-info":"c","policies":[],"date-range":\
                {"start-datetime":"2026-01-01T00:00:00Z","end-datetime":"2026-01-01T23:59:59Z"}}\r
                --b--\r\n
                """
            let head = "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
            return Array((head + String(repeating: bad, count: broken) + good).utf8)
        }
        #expect(throws: Never.self) { try ReportReader.read(message: message(2)) }
        #expect(throws: ReportFailure.self) { try ReportReader.read(message: message(20)) }
    }

    private static func zip(names: String, method: String) throws -> [UInt8]? {
        guard let python = Tool.find("python3", for: "zip archives made by python") else { return nil }
        let script = """
            import io,sys,zipfile,base64
            out=io.BytesIO()
            z=zipfile.ZipFile(out,'w',zipfile.ZIP_STORED if sys.argv[2]=='stored' else zipfile.ZIP_DEFLATED)
            for name in sys.argv[1].split(','):
                z.writestr(name, b'noise' if name.endswith('txt') or 'MACOSX' in name else sys.argv[3].encode())
            z.close(); print(base64.b64encode(out.getvalue()).decode())
            """
        let text = String(decoding: xml, as: UTF8.self)
        return Base64.decode(try Tool.run(python, ["-c", script, names, method, text]).output)
    }
}
