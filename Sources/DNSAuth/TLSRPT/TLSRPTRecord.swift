package import Mail

/// The TXT record at `_smtp._tls.DOMAIN` (RFC 8460 §3): where to report how TLS went.
package struct TLSRPTRecord: Hashable, Sendable {
    /// In the order of the record; several `rua` fields are taken together.
    package var destinations: [Destination]
    /// Fields that this version does not know, in their order.
    package var extensions: [Extension]

    package enum Destination: Hashable, Sendable {
        /// `mailto:`, percent-decoded and without its header fields.
        case mail(String)
        /// An `https:` URL as it stands there: the report is sent by POST (RFC 8460 §5.4).
        case https(String)
        /// A well-formed URI of another scheme, to which nothing is sent.
        case other(String)
    }

    package struct Extension: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(destinations: [Destination], extensions: [Extension] = []) {
        self.destinations = destinations
        self.extensions = extensions
    }

    package static func name(for domain: Domain) -> String { "_smtp._tls.\(domain.text)" }
}

/// What a look-up of the record came to.
package enum TLSRPTLookup: Hashable, Sendable {
    case found(TLSRPTRecord)
    /// No record that begins with the version.
    case absent
    /// RFC 8460 §3: more than one is as good as none.
    case several(Int)
    /// Taken for none as well.
    case invalid(PolicyRecordFailure)
    /// Nothing is known now.
    case failed(ResolverFailure)
}
