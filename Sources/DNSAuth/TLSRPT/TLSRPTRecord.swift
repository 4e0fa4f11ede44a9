package import Mail

/// The TXT record at `_smtp._tls.DOMAIN` (RFC 8460 §3): where to report how TLS went.
package struct TLSRPTRecord: Hashable, Sendable {
    /// In the order of the record; several `rua` fields are taken together.
    package var destinations: [Destination]
    /// Fields that this version does not know, in their order.
    package var extensions: [PolicyRecordExtension]

    package enum Destination: Hashable, Sendable {
        /// `mailto:`, percent-decoded and without its header fields.
        case mail(String)
        /// An `https:` URL as it stands there: the report is sent by POST (RFC 8460 §5.4).
        case https(String)
        /// A well-formed URI of another scheme, to which nothing is sent.
        case other(String)
    }

    package init(destinations: [Destination], extensions: [PolicyRecordExtension] = []) {
        self.destinations = destinations
        self.extensions = extensions
    }

    package static func name(for domain: Domain) -> String { "_smtp._tls.\(domain.text)" }
}

package typealias TLSRPTLookup = PolicyRecordLookup<TLSRPTRecord>
