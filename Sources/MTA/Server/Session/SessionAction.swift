import Mail

/// What the conversation must do before the session can read on. Replies stand in the output buffer already.
enum SessionAction: Equatable {
    /// Give it the next bytes.
    case proceed
    /// Ask the policy whether this sender may be used, then call `senderChecked`.
    case checkSender(Mailbox?)
    /// Ask the sink whether it takes mail for this recipient, then call `recipientChecked`.
    case checkRecipient(Mailbox)
    /// Ask the policy, then call `authenticated`.
    case authenticate(SASLCredentials)
    /// Send what is in the buffer, do the TLS handshake, then call `tlsStarted`.
    case handshake
    /// Hand `takeMessage()` to the queue or inbox, then call `stored`.
    case store
    /// Send what is in the buffer and close.
    case close
}

/// What became of a message at the end of its data.
enum StoreResult {
    case accepted(UUIDv7)
    case refused(Refusal)
    /// By the policy.
    case rejected(Reply)
    case faulty(DataFault)
}
