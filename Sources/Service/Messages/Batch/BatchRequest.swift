/// What `POST /v1/messages/batch` says, read but not judged.
package struct BatchRequest: Sendable {
    /// The most messages of one batch.
    package static let limit = 1_000

    package enum Form: Sendable {
        /// Whole sends; in the place of one that cannot be read stands what is wrong with it.
        case messages([Result<SendRequest, ServiceFailure>])
        /// One message, made for each recipient with that recipient's variables. `to` and `identity` of the send mean
        /// nothing.
        case merge(SendRequest, recipients: [MergeRecipient])
    }

    package var form: Form
    /// Of the first message; the others follow from it. Given by an idempotency ticket.
    package var identity: SendIdentity?

    package init(_ form: Form) { self.form = form }

    /// Messages that it asks for.
    package var count: Int {
        switch form {
        case .messages(let messages): messages.count
        case .merge(_, let recipients): recipients.count
        }
    }
}

/// A member of `recipient_variables`.
package struct MergeRecipient: Sendable {
    /// As the request has it: `a@b` or `Name <a@b>`.
    package var address: String
    package var variables: TemplateValue

    package init(address: String, variables: TemplateValue) {
        self.address = address
        self.variables = variables
    }
}
