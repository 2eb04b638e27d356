namespace OrleansTemporal.Errors;

/// <summary>Stable codes that only the REST surface answers; they stand beside <see cref="ErrorCodes"/>.</summary>
public static class HttpErrorCodes
{
    /// <summary>404: no agent of this kind and name.</summary>
    public const string AgentNotFound = "agent_not_found";

    /// <summary>404: no operation of this id.</summary>
    public const string OperationNotFound = "operation_not_found";

    /// <summary>405: the path exists, but not for this method; see the <c>Allow</c> header.</summary>
    public const string MethodNotAllowed = "method_not_allowed";

    /// <summary>400: a request that the server could not read.</summary>
    public const string MalformedRequest = "malformed_request";

    /// <summary>400: a body that does not decompress.</summary>
    public const string MalformedBody = "malformed_body";

    /// <summary>400: binary rows that do not parse.</summary>
    public const string MalformedRows = "malformed_rows";

    /// <summary>415: a Content-Encoding other than gzip, deflate and br.</summary>
    public const string UnsupportedEncoding = "unsupported_encoding";

    /// <summary>500: a fault of the service itself.</summary>
    public const string InternalError = "internal_error";
}
