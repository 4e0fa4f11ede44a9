import Mail

/// Why a command line was not understood. Each names its reply.
enum CommandFailure: Error, Equatable {
    case empty
    case unknownVerb
    case notImplemented
    case notUTF8
    case controlCharacter
    /// DATA, RSET, QUIT or STARTTLS followed by something.
    case unexpectedArgument
    case helloArgument
    case mailSyntax
    case rcptSyntax
    case senderAddress(AddressFailure)
    case recipientAddress(AddressFailure)
    case parameterSyntax
    case unknownParameter
    case duplicateParameter
    case sizeValue
    case bodyValue
    case utf8Value
    case returnValue
    case envelopeIDValue
    case authValue
    case notifyValue
    case originalRecipientValue
    /// What follows can no longer be told from commands, so the session ends.
    case bdatSyntax
    case authSyntax
    case missingArgument

    /// The reply, where its text is fixed.
    private var reply: CannedReply {
        switch self {
        case .empty: .emptyCommand
        case .unknownVerb: .unknownCommand
        case .notImplemented: .notImplemented
        case .notUTF8: .notUTF8
        case .controlCharacter: .controlCharacter
        case .unexpectedArgument: .unexpectedArgument
        case .helloArgument: .helloSyntax
        case .mailSyntax: .mailSyntax
        case .rcptSyntax: .rcptSyntax
        case .senderAddress: .mailSyntax
        case .recipientAddress: .rcptSyntax
        case .parameterSyntax: .parameterSyntax
        case .unknownParameter: .unknownParameter
        case .duplicateParameter: .duplicateParameter
        case .sizeValue: .sizeValue
        case .bodyValue: .bodyValue
        case .utf8Value: .utf8Value
        case .returnValue: .returnValue
        case .envelopeIDValue: .envelopeIDValue
        case .authValue: .authValue
        case .notifyValue: .notifyValue
        case .originalRecipientValue: .originalRecipientValue
        case .bdatSyntax: .bdatSyntax
        case .authSyntax: .authSyntax
        case .missingArgument: .missingArgument
        }
    }

    func write(into out: inout Bytes) {
        switch self {
        case .senderAddress(let failure):
            out.append("501 5.1.7 Bad sender address: " as StaticString)
            out.append(utf8: failure.description)
            out.append("\r\n" as StaticString)
        case .recipientAddress(let failure):
            out.append("501 5.1.3 Bad recipient address: " as StaticString)
            out.append(utf8: failure.description)
            out.append("\r\n" as StaticString)
        case .empty, .unknownVerb, .notImplemented, .notUTF8, .controlCharacter, .unexpectedArgument, .helloArgument,
            .mailSyntax, .rcptSyntax, .parameterSyntax, .unknownParameter, .duplicateParameter, .sizeValue, .bodyValue,
            .utf8Value, .returnValue, .envelopeIDValue, .authValue, .notifyValue, .originalRecipientValue, .bdatSyntax,
            .authSyntax, .missingArgument:
            reply.write(into: &out)
        }
    }
}
