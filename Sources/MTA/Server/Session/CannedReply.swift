import Mail

/// Every fixed reply of the server, with its enhanced status code (RFC 2034, RFC 3463) and a text that names what was
/// wrong.
enum CannedReply: Equatable {
    // Positive
    case ok, quit, help, cannotVerify, startData, readyForTLS, authenticated, saslEmpty, saslUser, saslPassword
    // Commands
    case emptyCommand, unknownCommand, notImplemented, notUTF8, controlCharacter, lineTooLong, unexpectedArgument
    case missingArgument, helloSyntax, mailSyntax, rcptSyntax, parameterSyntax, unknownParameter
    case duplicateParameter, sizeValue, bodyValue, utf8Value, returnValue, envelopeIDValue, authValue, notifyValue
    case originalRecipientValue, bdatSyntax, authSyntax, parametersNeedEHLO, needsSMTPUTF8
    // Sequence
    case helloFirst, nestedMail, mailFirst, noRecipients, bdatFirst, dataAfterBDAT, rcptAfterBDAT, inTransaction
    case pipeliningRefused, earlyTalk
    // Permission
    case authRequired, authNeedsTLS, authUnknown, authNotHere, authAlready, authFailed, authCancelled, authBadBase64
    case authMalformed, tlsNotHere, tlsAlready
    // Limits
    case tooManyRecipients, tooLarge, headerTooLarge, tooManyChunks
    // Content
    case bareCR, bareLF, nul
    // Refusals of the queue
    case storageUnavailable, diskLow, overloaded, mailLoop
    // The end
    case tooManyErrors, tooManyAuthFailures, timedOut, shuttingDown, tooManyConnections, tooManyFromYou

    /// Without the line end.
    var text: StaticString {
        switch self {
        case .ok: "250 2.0.0 Ok"
        case .quit: "221 2.0.0 Bye"
        case .help:
            "214 2.0.0 EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY HELP STARTTLS AUTH QUIT; see RFC 5321"
        case .cannotVerify: "252 2.5.2 Addresses are not verified here, but try to send"
        case .startData: "354 End data with <CR><LF>.<CR><LF>"
        case .readyForTLS: "220 2.0.0 Ready to start TLS"
        case .authenticated: "235 2.7.0 Authentication succeeded"
        // RFC 4954 §4: challenges are base64 and carry no status code.
        case .saslEmpty: "334 "
        case .saslUser: "334 VXNlcm5hbWU6"
        case .saslPassword: "334 UGFzc3dvcmQ6"
        case .emptyCommand: "500 5.5.2 Empty command line"
        case .unknownCommand: "500 5.5.1 Command not recognised"
        case .notImplemented: "502 5.5.1 Command not implemented"
        case .notUTF8: "501 5.5.2 The command line is not valid UTF-8"
        case .controlCharacter: "501 5.5.2 The command line holds a control character"
        case .lineTooLong: "500 5.5.2 Command line too long"
        case .unexpectedArgument: "501 5.5.4 This command takes no argument"
        case .missingArgument: "501 5.5.4 This command needs an argument"
        case .helloSyntax: "501 5.5.4 Give a host name or an address literal"
        case .mailSyntax: "501 5.5.4 Syntax: MAIL FROM:<address> [parameters]"
        case .rcptSyntax: "501 5.5.4 Syntax: RCPT TO:<address> [parameters]"
        case .parameterSyntax: "501 5.5.4 Malformed parameter"
        case .unknownParameter: "555 5.5.4 Parameter not recognised"
        case .duplicateParameter: "501 5.5.4 A parameter is given twice"
        case .sizeValue: "501 5.5.4 SIZE takes a number of up to 20 digits"
        case .bodyValue: "504 5.5.4 BODY takes 7BIT or 8BITMIME"
        case .utf8Value: "501 5.5.4 SMTPUTF8 takes no value"
        case .returnValue: "501 5.5.4 RET takes FULL or HDRS"
        case .envelopeIDValue: "501 5.5.4 ENVID takes xtext of up to 100 characters"
        case .authValue: "501 5.5.4 AUTH takes <> or an address in xtext"
        case .notifyValue: "501 5.5.4 NOTIFY takes NEVER, or a list of SUCCESS, FAILURE and DELAY"
        case .originalRecipientValue: "501 5.5.4 ORCPT takes a type, a semicolon and an address in xtext"
        case .bdatSyntax: "501 5.5.4 Syntax: BDAT size [LAST]; closing, because the data cannot be told from commands"
        case .authSyntax: "501 5.5.4 Syntax: AUTH mechanism [initial-response]"
        case .parametersNeedEHLO: "501 5.5.4 Parameters need EHLO"
        // RFC 6531 §3.5
        case .needsSMTPUTF8: "553 5.6.7 The address needs SMTPUTF8, which was not declared"
        case .helloFirst: "503 5.5.1 Send EHLO first"
        case .nestedMail: "503 5.5.1 A sender was given already"
        case .mailFirst: "503 5.5.1 Send MAIL first"
        case .noRecipients: "554 5.5.1 No valid recipients"
        case .bdatFirst: "503 5.5.1 BDAT needs MAIL and RCPT first"
        case .dataAfterBDAT: "503 5.5.1 DATA cannot follow BDAT"
        case .rcptAfterBDAT: "503 5.5.1 RCPT cannot follow BDAT"
        case .inTransaction: "503 5.5.1 Not in the middle of a mail transaction"
        case .pipeliningRefused: "503 5.5.1 Improper pipelining: wait for the reply to this command; closing"
        case .earlyTalk: "503 5.5.1 Wait for the greeting before you speak; closing"
        case .authRequired: "530 5.7.0 Authentication required"
        case .authNeedsTLS: "538 5.7.11 Encryption required: send STARTTLS first"
        case .authUnknown: "504 5.5.4 Authentication mechanism not available"
        case .authNotHere: "502 5.5.1 Authentication is not offered here"
        case .authAlready: "503 5.5.1 Already authenticated"
        case .authFailed: "535 5.7.8 Authentication credentials invalid"
        case .authCancelled: "501 5.7.0 Authentication cancelled"
        case .authBadBase64: "501 5.5.2 Not valid base64"
        case .authMalformed: "501 5.5.2 Malformed authentication response"
        case .tlsNotHere: "502 5.5.1 TLS is not offered here"
        case .tlsAlready: "503 5.5.1 TLS is active already"
        case .tooManyRecipients: "452 4.5.3 Too many recipients"
        case .tooLarge: "552 5.3.4 Message too large"
        case .headerTooLarge: "552 5.3.4 Header section too large"
        case .tooManyChunks: "552 5.3.4 Too many chunks"
        // RFC 5321 §2.3.8
        case .bareCR: "550 5.6.11 The message holds a bare CR"
        case .bareLF: "550 5.6.11 The message holds a bare LF"
        // RFC 5321 §4.5.2
        case .nul: "550 5.6.11 The message holds a NUL character"
        case .storageUnavailable: "452 4.3.1 Mail storage unavailable, try again later"
        case .diskLow: "452 4.3.1 Insufficient mail storage, try again later"
        case .overloaded: "452 4.3.1 Overloaded, try again later"
        case .mailLoop: "554 5.4.6 Too many hops: the message runs in a circle"
        case .tooManyErrors: "421 4.7.0 Too many errors; closing"
        case .tooManyAuthFailures: "421 4.7.0 Too many authentication failures; closing"
        case .timedOut: "421 4.4.2 Nothing was heard in time; closing"
        case .shuttingDown: "421 4.3.2 Shutting down; come back later"
        case .tooManyConnections: "421 4.7.0 Too many connections, try again later"
        case .tooManyFromYou: "421 4.7.0 Too many connections from your address, try again later"
        }
    }

    /// Whether it counts towards the limit of errors in a session. Limits and weather are not the client's mistake.
    var isClientError: Bool {
        switch self {
        case .ok, .quit, .help, .cannotVerify, .startData, .readyForTLS, .authenticated, .saslEmpty, .saslUser,
            .saslPassword, .tooManyRecipients, .storageUnavailable, .diskLow, .overloaded, .tooManyErrors,
            .tooManyAuthFailures, .timedOut, .shuttingDown, .tooManyConnections, .tooManyFromYou:
            false
        case .emptyCommand, .unknownCommand, .notImplemented, .notUTF8, .controlCharacter, .lineTooLong,
            .unexpectedArgument, .missingArgument, .helloSyntax, .mailSyntax, .rcptSyntax, .parameterSyntax,
            .unknownParameter, .duplicateParameter, .sizeValue, .bodyValue, .utf8Value, .returnValue,
            .envelopeIDValue, .authValue, .notifyValue, .originalRecipientValue, .bdatSyntax, .authSyntax,
            .parametersNeedEHLO, .needsSMTPUTF8, .helloFirst, .nestedMail, .mailFirst, .noRecipients, .bdatFirst,
            .dataAfterBDAT, .rcptAfterBDAT, .inTransaction, .pipeliningRefused, .earlyTalk, .authRequired,
            .authNeedsTLS, .authUnknown, .authNotHere, .authAlready, .authFailed, .authCancelled, .authBadBase64,
            .authMalformed, .tlsNotHere, .tlsAlready, .tooLarge, .headerTooLarge, .tooManyChunks, .bareCR, .bareLF,
            .nul, .mailLoop:
            true
        }
    }

    func write(into out: inout Bytes) {
        out.append(text)
        out.append("\r\n" as StaticString)
    }
}
