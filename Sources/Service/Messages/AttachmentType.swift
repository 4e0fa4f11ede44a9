import Mail

/// The fields of an attachment that are not its bytes.
enum AttachmentType {
    /// `type/subtype`, perhaps with parameters; `multipart/...` is a structure and no file.
    static func parse(_ text: String) -> ContentType? {
        guard text.utf8.count <= 255, text.utf8.allSatisfy({ (32...126).contains($0) }),
            let type = ContentType(parsing: text), type.type != "multipart"
        else { return nil }
        return type
    }

    /// What stands between the angle brackets of Content-ID, and behind `cid:` in the HTML (RFC 2392 §2).
    static func isContentID(_ text: Substring) -> Bool {
        (1...200).contains(text.utf8.count)
            && text.utf8.allSatisfy { (33...126).contains($0) && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") }
    }

    /// Callers write the identifier with and without its brackets.
    static func bare(_ contentID: String) -> Substring {
        contentID.hasPrefix("<") && contentID.hasSuffix(">") ? contentID.dropFirst().dropLast() : contentID[...]
    }

    /// By the end of the file name, where the caller does not say.
    static func guess(_ filename: String) -> String {
        guard let dot = filename.lastIndex(of: ".") else { return fallback }
        return table[filename[filename.index(after: dot)...].lowercased()] ?? fallback
    }

    private static let fallback = "application/octet-stream"

    private static let table = [
        "pdf": "application/pdf", "zip": "application/zip", "gz": "application/gzip", "json": "application/json",
        "xml": "application/xml", "txt": "text/plain", "csv": "text/csv", "html": "text/html", "htm": "text/html",
        "ics": "text/calendar", "vcf": "text/vcard", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg",
        "gif": "image/gif", "webp": "image/webp", "svg": "image/svg+xml", "mp3": "audio/mpeg", "mp4": "video/mp4",
        "doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ]
}
