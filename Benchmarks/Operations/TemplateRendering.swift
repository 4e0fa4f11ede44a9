import Service

extension Operation {
    /// A text of 2 KiB with a dozen tags, filled for one recipient.
    static let templateRendering = Operation("template-rendering", count: 300) {
        let line =
            "Dear {{name|default:\"Customer\"}}, order {{order.number}} of {{ order.items.0.title }} is on its way. "
        let words = "Nothing has to be done about it, and nobody has to answer this. "
        let text = (0..<4).map { _ in line + words + words + words + words + words + words }.joined(separator: "\r\n")
        let filling = TemplateFilling(
            .object([
                .init("name", .text("Ada & Charles")),
                .init(
                    "order",
                    .object([
                        .init("number", .number("4711")),
                        .init("items", .list([.object([.init("title", .text("A difference engine"))])])),
                    ])),
            ]))
        guard filling.fill(text, escaping: .html).contains("Ada &amp; Charles, order 4711 of A difference") else {
            throw Unexpected("the template was not filled")
        }
        return { times in
            for _ in 0..<times { keep(filling.fill(text, escaping: .html)) }
        }
    }
}
