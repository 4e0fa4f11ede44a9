/// What one authority found out about a message: the content of an Authentication-Results field (RFC 8601 §2.2).
///
/// A value of this type may hold anything; the writer lets nothing out that is not in the grammar, and the parser takes
/// what is met in the wild as long as it has one meaning.
package struct AuthenticationResults: Hashable, Sendable {
    /// `ptype.property=value` (RFC 8601 §2.3).
    package struct Property: Hashable, Sendable {
        /// Lower-case; empty for the bare `name=value` that some write against the grammar.
        package var type: String
        /// Lower-case.
        package var name: String
        /// Without the quotes and escapes that it was written with.
        package var value: String

        package init(_ type: String, _ name: String, _ value: String) {
            self.type = type
            self.name = name
            self.value = value
        }
    }

    /// One method with its result (RFC 8601 §2.2: `resinfo`).
    package struct Finding: Hashable, Sendable {
        /// Lower-case, e.g. `spf`. Unknown ones are kept.
        package var method: String
        /// Of the method; 1 where none is written.
        package var version: Int
        /// Lower-case, e.g. `pass`.
        package var result: String
        package var reason: String?
        /// The first comment behind the result, without its parentheses.
        package var comment: String?
        package var properties: [Property]

        package init(
            _ method: String, _ result: String, version: Int = 1, reason: String? = nil, comment: String? = nil,
            properties: [Property] = []
        ) {
            self.method = method
            self.version = version
            self.result = result
            self.reason = reason
            self.comment = comment
            self.properties = properties
        }

        /// The value of the first such property.
        package func value(_ type: String, _ name: String) -> String? {
            for property in properties where property.type == type && property.name == name { return property.value }
            return nil
        }
    }

    /// The authserv-id (RFC 8601 §2.5).
    package var authority: String
    /// Empty: `none`, no method was applied.
    package var findings: [Finding]

    package init(authority: String, findings: [Finding] = []) {
        self.authority = authority
        self.findings = findings
    }

    /// The first finding of this method.
    package func first(_ method: String) -> Finding? {
        for finding in findings where finding.method == method { return finding }
        return nil
    }
}

/// Why a field is not read (RFC 8601 §2.2). Offsets count from the colon.
package enum AuthenticationResultsFailure: Error, Hashable, Sendable {
    /// There is no authserv-id where one must stand.
    case noAuthority
    /// RFC 8601 §2.2: a version other than 1 means another grammar.
    case unsupportedVersion
    /// Neither `method=result` nor `none`, or something behind it that is no property.
    case badFinding(at: Int)
    /// Longer than 65,536 bytes, or more than 256 findings, or more than 64 properties in one.
    case tooLong
}
