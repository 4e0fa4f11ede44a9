package import Mail

/// The TXT record at `_mta-sts.DOMAIN` (RFC 8461 §3.1): that there is a policy, and which.
package struct MTASTSRecord: Hashable, Sendable {
    /// 1 to 32 letters and digits. Another id means another policy.
    package var id: String
    /// Fields that this version does not know, in their order.
    package var extensions: [PolicyRecordExtension]

    package init(id: String, extensions: [PolicyRecordExtension] = []) {
        self.id = id
        self.extensions = extensions
    }

    package static func name(for domain: Domain) -> String { "_mta-sts.\(domain.text)" }
}

package typealias MTASTSLookup = PolicyRecordLookup<MTASTSRecord>
