import Testing

@testable import Service

@Suite struct TemplateFillingTests {
    static let data = TemplateValue.object([
        .init("name", .text("Ann")), .init("empty", .text("")), .init("html", .text("<b>\"&'")),
        .init("lines", .text("a\r\nBcc: x@y.org")), .init("yes", .bool(true)), .init("nothing", .null),
        .init("price", .number("49.90")), .init("name", .text("Bob")),
        .init(
            "order",
            .object([.init("total", .number("10")), .init("items", .list([.text("first"), .text("second")]))])),
    ])

    @Test(arguments: [
        ("Hello {{name}}", "Hello Bob"),
        ("{{ name }}{{name}}", "BobBob"),
        ("{{order.total}} {{order.items.1}}", "10 second"),
        ("{{price}} {{yes}}", "49.90 true"),
        ("[{{missing}}]", "[]"),
        ("[{{nothing}}{{order}}{{order.items}}]", "[]"),
        (#"{{missing|default:"Customer"}}"#, "Customer"),
        (#"{{ missing | default:'friend' }}"#, "friend"),
        (#"{{empty|default:"Customer"}}"#, "Customer"),
        (#"{{name|default:"Customer"}}"#, "Bob"),
        (#"{{missing|default:""}}"#, ""),
        ("{{order.items.9}}{{order.items.x}}{{name.first}}", ""),
        // Not of this grammar: left as they are.
        (
            "{{}} {{ }} {{#if x}} {{a b}} {{a..b}} {{name|upper}}",
            "{{}} {{ }} {{#if x}} {{a b}} {{a..b}} {{name|upper}}"
        ),
        ("{{name", "{{name"), ("{name}", "{name}"), ("{{{name}}}", "{Bob}"), ("}}{{", "}}{{"), ("", ""),
    ])
    func `A tag is filled or left alone`(_ template: String, _ expected: String) {
        #expect(TemplateFilling(Self.data).fill(template, escaping: .none) == expected)
    }

    @Test func `What is filled in cannot leave its place`() {
        let filling = TemplateFilling(Self.data)
        #expect(filling.fill("{{html}}", escaping: .html) == "&lt;b&gt;&quot;&amp;&#39;")
        #expect(filling.fill("{{html}}", escaping: .none) == "<b>\"&'")
        #expect(filling.fill("{{lines}}", escaping: .header) == "a  Bcc: x@y.org")
        // Data is not a template.
        let nested = TemplateFilling(.object([.init("a", .text("{{b}}")), .init("b", .text("no"))]))
        #expect(nested.fill("{{a}}", escaping: .none) == "{{b}}")
    }

    @Test func `A flood of open braces costs no more than its length`() {
        let flood = String(repeating: "{{", count: 50_000)
        let clock = ContinuousClock()
        var filled = ""
        let spent = clock.measure { filled = TemplateFilling(Self.data).fill(flood, escaping: .none) }
        #expect(filled == flood)
        print("template: 100 KB of open braces in \(spent)")
    }

    @Test func `What is filled ends behind the limit, and tags are counted`() {
        let lookup = TemplateLookup(.object([.init("a", .text("xyz"))]))
        let text = TemplateText(String(repeating: "{{a}}", count: 100))
        #expect(text.filled(with: lookup, escaping: .none, limit: 10) == "xyzxyzxyzxyz")
        #expect(text.filled(with: lookup, escaping: .none).utf8.count == 300)
        #expect(!TemplateText(String(repeating: "{{a}}", count: TemplateText.maximumTags)).hasTooManyTags)
        #expect(TemplateText(String(repeating: "{{a}}", count: TemplateText.maximumTags + 1)).hasTooManyTags)
    }
}
