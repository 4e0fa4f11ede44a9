import Testing

@testable import Bench

@Suite struct MarkupTests {
    @Test func whateverGoesInIsEscaped() {
        var page = Markup()
        page.open("p", ["title": "a\"b'c<d>&"])
        page.words("<script>&amp;\u{1b}[2J")
        page.close("p")
        #expect(
            page.text
                == "<p title=\"a&quot;b&#39;c&lt;d&gt;&amp;\">&lt;script&gt;&amp;amp;\u{FFFD}[2J</p>")
    }

    @Test func elementsWithoutContentEndAtOnce() {
        var page = Markup()
        page.empty("line", ["x1": "0", "x2": "1"])
        page.leaf("b", "x")
        #expect(page.text == "<line x1=\"0\" x2=\"1\"/><b>x</b>")
    }
}
