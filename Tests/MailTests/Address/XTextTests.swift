import Mail
import Testing

@Suite struct XTextTests {
    @Test(arguments: [
        ("a", "a"), ("a+2Bb", "a+b"), ("a+3D", "a="), ("+C3+BC", "ü"), ("a+2bb", "a+b"), ("", ""), ("a+20b", "a b"),
    ])
    func decodes(text: String, expected: String) { #expect(XText.decode(text) == expected) }

    @Test(arguments: ["a+", "a+2", "a+ZZ", "a=b", "a b", "a+0Ab", "a+0D", "a+00", "a+7F", "a\nb", "+FF", "a+1B"])
    func refusesWhatIsNoXTextOrHidesAControl(text: String) { #expect(XText.decode(text) == nil) }

    @Test func encodesWhatItDecodes() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<500 {
            let text = generator.text(upTo: 20, from: ["a", "+", "=", " ", "ü", "€", "~", "😀", "\"", "<"])
            #expect(XText.decode(XText.encode(text)) == text)
            #expect(XText.encode(text).utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
        }
    }
}
