package import Mail

/// The TXT record at `_mta-sts.DOMAIN` (RFC 8461 §3.1): that there is a policy, and which.
package struct MTASTSRecord: Hashable, Sendable {
    /// 1 to 32 letters and digits. Another id means another policy.
    package var id: String
    /// Fields that this version does not know, in their order.
    package var extensions: [Extension]

    package struct Extension: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(id: String, extensions: [Extension] = []) {
        self.id = id
        self.extensions = extensions
    }

    package static func name(for domain: Domain) -> String { "_mta-sts.\(domain.text)" }
}

/// What a look-up of the record came to.
package enum MTASTSLookup: Hashable, Sendable {
    case found(MTASTSRecord)
    /// No record that begins with the version.
    case absent
    /// RFC 8461 §3.1: more than one is as good as none.
    case several(Int)
    /// Taken for none as well.
    case invalid(PolicyRecordFailure)
    /// Nothing is known now.
    case failed(ResolverFailure)
}
