using OrleansTemporal.Errors;

namespace OrleansTemporal.PromQl;

/// <summary>What can be wrong with a query.</summary>
internal static class PromErrors
{
    private const string Field = "query";

    /// <summary>It can not be read.</summary>
    public static TemporalException Malformed(string message) => new(ErrorKind.Invalid, ErrorCodes.MalformedQuery, message) { Field = Field };

    /// <summary>It can be read and has no answer.</summary>
    public static TemporalException Failed(string message) => new(ErrorKind.Invalid, ErrorCodes.QueryFailed, message) { Field = Field };

    /// <summary>It asks for too much.</summary>
    public static TemporalException TooLarge(string message, long limit) =>
        new(ErrorKind.TooLarge, ErrorCodes.QueryTooLarge, message) { Field = Field, Limit = limit };
}
