import Foundation

/// What `martlet dev` says when it is ready: words with a line to paste, or one line for programs.
struct DevWelcome {
    var apiURL: String
    var key: String
    var host: String
    var port: UInt16
    var user: String
    var password: String

    var words: String {
        """
        Martlet is ready. Nothing leaves this machine: all mail lands in the inbox.

          API         \(apiURL)
          API key     \(key)
          SMTP        \(host):\(port)  STARTTLS, user \(user), password \(password)
          Inbox       \(apiURL)/dev

        Send a message:

          curl \(apiURL)/v1/messages/send -H 'Authorization: Bearer \(key)' -H 'Content-Type: application/json' -d '{"from":"Example <hello@example.com>","to":"you@example.net","subject":"Hello","text":"It flies."}'

        """
    }

    /// The shape is a contract: scripts read it.
    var json: String {
        struct Line: Encodable {
            struct SMTP: Encodable {
                var host: String
                var port: UInt16
                var username: String
                var password: String
            }
            var apiURL: String
            var apiKey: String
            var smtp: SMTP
            var inboxURL: String

            enum CodingKeys: String, CodingKey {
                case apiURL = "api_url"
                case apiKey = "api_key"
                case smtp
                case inboxURL = "inbox_url"
            }
        }
        let line = Line(
            apiURL: apiURL, apiKey: key, smtp: .init(host: host, port: port, username: user, password: password),
            inboxURL: "\(apiURL)/dev/inbox")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        guard let data = try? encoder.encode(line) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }
}
