import Mail
import Testing

/// Messages that came in, taken apart.
@Suite struct MIMETreeTests {
    static func tree(_ text: String, limits: MIMELimits = MIMELimits()) -> MIMETree {
        MIMETree(reading: Array(text.utf8), limits: limits)
    }

    static func body(_ tree: MIMETree, _ index: Int) -> String? {
        tree.decodedBody(of: tree.entities[index], limit: 10_000).map { String(decoding: $0, as: UTF8.self) }
    }

    static let mixed = """
        Subject: x\r
        Content-Type: multipart/mixed; boundary="b"\r
        \r
        preamble\r
        --b\r
        \r
        first\r
        --b  \r
        Content-Type: text/html; charset=utf-8\r
        Content-Transfer-Encoding: Quoted-Printable\r
        Content-Disposition: attachment; filename="a.html"\r
        \r
        =C3=A9\r
        --bx\r
        still inside\r
        --b--\r
        epilogue\r

        """

    @Test func partsAreWhatStandsBetweenTheDelimiters() {
        let tree = Self.tree(Self.mixed)
        #expect(tree.entities.map(\.contentType.essence) == ["multipart/mixed", "text/plain", "text/html"])
        #expect(tree.root.children == [1, 2])
        #expect(Self.body(tree, 1) == "first")
        #expect(Self.body(tree, 2) == "é\r\n--bx\r\nstill inside")
        #expect(tree.filename(of: tree.entities[2]) == "a.html")
        #expect(tree.text("Subject", of: tree.root) == "x")
        #expect(!tree.isTruncated)
    }

    @Test func bareLineFeedsAndAMissingEndAreRead() {
        let text = Self.mixed.replacing("\r\n", with: "\n").replacing("--b--\n", with: "")
        let tree = Self.tree(text)
        #expect(tree.entities.count == 3)
        #expect(Self.body(tree, 2) == "é\n--bx\nstill inside\nepilogue\n")
    }

    @Test func anInnerMultipartEndsWithItsOuterOne() {
        let tree = Self.tree(
            "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/alternative; boundary=i\n\n"
                + "--i\n\none\n--i\n\ntwo\n--o\n\nthree\n--o--\n")
        #expect(
            tree.entities.map(\.contentType.essence)
                == ["multipart/mixed", "multipart/alternative", "text/plain", "text/plain", "text/plain"])
        #expect(tree.root.children == [1, 4])
        #expect(Self.body(tree, 3) == "two")
        #expect(Self.body(tree, 4) == "three")
    }

    @Test func aMessageInAMessageIsQuoted() {
        let tree = Self.tree(
            "Content-Type: message/rfc822\n\nFrom: a@b.example\nContent-Type: text/html\n\n<p>\n")
        #expect(tree.entities.map(\.isQuoted) == [false, true])
        #expect(tree.entities[1].contentType.essence == "text/html")
        #expect(tree.text("from", of: tree.entities[1]) == "a@b.example")
    }

    @Test func partsOfADigestAreMessages() {
        let tree = Self.tree("Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: s\n\ntext\n--b--\n")
        #expect(tree.entities.map(\.contentType.essence) == ["multipart/digest", "message/rfc822", "text/plain"])
        #expect(tree.text("subject", of: tree.entities[2]) == "s")
    }

    @Test func depthAndCountAreLimited() {
        var deep = ""
        for level in 0..<50 { deep += "Content-Type: multipart/mixed; boundary=b\(level)x\n\n--b\(level)x\n" }
        let tree = Self.tree(deep)
        #expect(tree.entities.count == 11)
        #expect(tree.isTruncated)
        let wide = "Content-Type: multipart/mixed; boundary=b\n\n" + String(repeating: "--b\n\n", count: 5_000)
        let many = Self.tree(wide, limits: MIMELimits(entities: 100))
        #expect(many.entities.count == 100)
        #expect(many.isTruncated)
        #expect(many.root.children == Array(1..<100))
    }

    @Test func aBodyIsNotDecodedBeyondTheLimit() {
        let tree = Self.tree(
            "Content-Transfer-Encoding: base64\n\n" + String(repeating: "QUFB", count: 1_000) + "\n")
        #expect(tree.decodedBody(of: tree.root, limit: 3_000)?.count == 3_000)
        #expect(tree.decodedBody(of: tree.root, limit: 2_000) == nil)
    }

    @Test(arguments: [
        ("QUJD", "ABC"), ("QU!JD", "ABC"), ("QUJD=\n\n-- \nfooter", "ABC"), ("QUJDR", "ABC"), ("", ""), ("====", ""),
        ("QUI=\nQUI=", "AB"),
    ])
    func damagedBase64GivesWhatIsThere(text: String, expected: String) {
        let tree = Self.tree("Content-Transfer-Encoding: base64\n\n" + text)
        #expect(Self.body(tree, 0) == expected)
    }

    @Test func anEncodedMultipartAndOneWithoutBoundaryStayClosed() {
        let encoded = Self.mixed.replacing("Subject: x", with: "Content-Transfer-Encoding: base64")
        #expect(Self.tree(encoded).entities.count == 1)
        #expect(Self.tree("Content-Type: multipart/mixed\n\n--\n\n--\n").entities.count == 1)
    }

    @Test func anyBytesGiveATree() {
        var random = SeededGenerator(seed: 4)
        let pieces = [
            "Content-Type: multipart/mixed; boundary=b\n", "Content-Type: message/rfc822\n", "\n", "--b\n", "--b--",
            "--",
            "Content-Transfer-Encoding: base64\n", "text", "\r\n", "=", ":", "\u{0}", "boundary=\"", "Content-Type: ",
        ]
        for _ in 0..<2_000 {
            let text = (0..<Int.random(in: 0...40, using: &random)).map { _ in pieces.randomElement(using: &random)! }
            let tree = Self.tree(text.joined())
            for entity in tree.entities {
                #expect(entity.range.contains(entity.bodyRange.lowerBound) || entity.bodyRange.isEmpty)
                #expect(entity.bodyRange.upperBound <= tree.bytes.count)
                _ = tree.decodedBody(of: entity, limit: 100)
                _ = tree.filename(of: entity)
            }
        }
    }
}
