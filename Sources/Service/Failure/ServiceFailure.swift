/// Why a request was not done, in the terms of the public contract. `ControlAPI` turns it into a status and a body,
/// each dialect into its own; nothing in it names HTTP.
package struct ServiceFailure: Error, Hashable, Sendable {
    /// What to say first: the code of the first detail, where there are details.
    package var code: Code
    /// For people; holds nothing secret.
    package var message: String
    /// Everything that is wrong, not only the first thing.
    package var details: [Detail]
    /// When it is worth asking again.
    package var retryAfter: Duration?

    package struct Detail: Hashable, Sendable {
        package var code: Code
        /// The path in the request, e.g. `to[1]`, `attachments[0].content`.
        package var field: String
        /// What stood there, cut to 256 characters and without controls; empty when nothing did.
        package var value: String
        package var message: String

        package init(_ code: Code, field: String, value: String = "", message: String) {
            self.code = code
            self.field = field
            self.value = Self.shown(value)
            self.message = message
        }

        /// The value goes into an answer and perhaps into a log.
        private static func shown(_ value: String) -> String {
            var shown = String.UnicodeScalarView()
            for scalar in value.unicodeScalars.prefix(256) {
                shown.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
            }
            return String(shown)
        }
    }

    package init(_ code: Code, _ message: String, details: [Detail] = [], retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.details = details
        self.retryAfter = retryAfter
    }

    /// - Precondition: `details` is not empty.
    package init(details: [Detail]) {
        self.init(details[0].code, details[0].message, details: details)
    }

    /// The store's text is for the log of whoever sees the failure first, never for a client.
    package static let storageUnavailable = ServiceFailure(
        .storageUnavailable, "The request could not be stored; nothing was accepted.", retryAfter: .seconds(5))

    package static func notFound(_ noun: String) -> ServiceFailure { .init(.notFound, "No such \(noun).") }
}

extension ServiceFailure: CustomStringConvertible {
    /// For whoever reads it on a terminal or in a log.
    package var description: String {
        if details.isEmpty { return message }
        return details.map { "\($0.field)\($0.value.isEmpty ? "" : " '\($0.value)'"): \($0.message)" }
            .joined(separator: "\n")
    }
}

extension ServiceFailure {
    /// The codes of the contract; the raw value is what the answer carries. Never rename one.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        case invalidFromAddress = "invalid_from_address"
        case invalidToAddress = "invalid_to_address"
        case missingSubject = "missing_subject"
        case missingBody = "missing_body"
        case attachmentTooLarge = "attachment_too_large"
        case tooManyAttachments = "too_many_attachments"
        case invalidAttachment = "invalid_attachment"
        case invalidTemplate = "invalid_template"
        case invalidHeader = "invalid_header"
        /// Any other field; the detail names it.
        case invalidParameter = "invalid_parameter"
        case domainNotVerified = "domain_not_verified"
        case unauthenticated = "unauthorized"
        case missingScope = "insufficient_scope"
        case notFound = "not_found"
        case conflict = "conflict"
        case invalidState = "invalid_state"
        case idempotencyKeyReused = "idempotency_key_reused"
        case requestInFlight = "request_in_flight"
        case payloadTooLarge = "payload_too_large"
        case quotaExceeded = "quota_exceeded"
        case rateLimitExceeded = "rate_limit_exceeded"
        case storageUnavailable = "storage_unavailable"
        case internalError = "internal_error"
    }

    /// The class of a failure: what decides the status code and the error's `type`.
    package enum Kind: Hashable, Sendable {
        /// The request is wrong: 422 (`validation_error`).
        case invalid
        /// 401.
        case unauthenticated
        /// 403.
        case forbidden
        /// 404.
        case notFound
        /// 409.
        case conflict
        /// 413.
        case tooLarge
        /// 429.
        case limited
        /// 503.
        case unavailable
        /// 500.
        case internalError
    }

    package var kind: Kind { code.kind }
}

extension ServiceFailure.Code {
    package var kind: ServiceFailure.Kind {
        switch self {
        case .invalidFromAddress, .invalidToAddress, .missingSubject, .missingBody, .attachmentTooLarge,
            .tooManyAttachments, .invalidAttachment, .invalidTemplate, .invalidHeader, .invalidParameter,
            .domainNotVerified, .idempotencyKeyReused:
            .invalid
        case .unauthenticated: .unauthenticated
        case .missingScope: .forbidden
        case .notFound: .notFound
        case .conflict, .invalidState, .requestInFlight: .conflict
        case .payloadTooLarge: .tooLarge
        case .quotaExceeded, .rateLimitExceeded: .limited
        case .storageUnavailable: .unavailable
        case .internalError: .internalError
        }
    }
}
