import Mail

extension Operation {
    /// A message with text and HTML, the first in quoted-printable, as the API takes one.
    static let mimeComposition = Operation("mime-composition", count: 200) {
        let domain = SampleMail.domain
        let from = NamedMailbox(name: "Sender", mailbox: Mailbox(localPart: "sender", domain: domain))
        let to = NamedMailbox(name: "Récipient", mailbox: Mailbox(localPart: "recipient", domain: domain))
        let text = String(
            repeating: "Grüße: some words of a line that has to be encoded, because it is not ASCII.\n", count: 12)
        let html =
            "<html><body>" + String(repeating: "<p>Some words of a paragraph.</p>\n", count: 40) + "</body></html>"
        let draft = MessageDraft(
            from: from, to: [to], subject: "Grüße from the bench", text: text, html: html,
            headers: [("List-Unsubscribe", "<https://bench.example/u/0190c5e1>")], date: SampleMail.time,
            messageID: "<0190c5e1.1@bench.example>")
        return { times in
            for _ in 0..<times { keep(try MIMEComposer.compose(draft, seed: 42)) }
        }
    }
}
