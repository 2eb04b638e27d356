using Microsoft.AspNetCore.Http;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Requests;

/// <summary>Sends answers with the headers that all of them carry.</summary>
internal static class Answers
{
    private const string JsonContentType = "application/json";

    /// <summary>Sends a JSON body with a status.</summary>
    internal static Task SendAsync(ApiRequest request, JsonAnswer answer, int status = StatusCodes.Status200OK) =>
        SendAsync(request, answer, status, request.Cancellation);

    /// <inheritdoc cref="SendAsync(ApiRequest, JsonAnswer, int)"/>
    internal static Task SendAsync(ApiRequest request, JsonAnswer answer, int status, CancellationToken cancellationToken)
    {
        if (!request.Http.Response.HasStarted)
        {
            request.Http.Response.StatusCode = status;
            StampSystemTime(request);
        }

        return answer.SendAsync(request.Http, JsonContentType, cancellationToken);
    }

    /// <summary>Sends a part of a large JSON body; what follows can not change its status any more.</summary>
    internal static ValueTask SendPartAsync(ApiRequest request, JsonAnswer answer)
    {
        if (!request.Http.Response.HasStarted)
        {
            StampSystemTime(request);
        }

        return answer.SendPartAsync(request.Http, JsonContentType, request.Cancellation);
    }

    /// <summary>Answers 304: what the client has is what stands.</summary>
    internal static Task SendNotModified(ApiRequest request)
    {
        request.Http.Response.StatusCode = StatusCodes.Status304NotModified;
        StampSystemTime(request);
        return Task.CompletedTask;
    }

    /// <summary>Puts the system time of the answer into its headers. Called when the work is done, so it is not before it.</summary>
    internal static void StampSystemTime(ApiRequest request) =>
        request.Http.Response.Headers[HeaderNames.SystemTime] = SystemTimeHeader.Format(request.SystemTime);

    /// <summary>Writes the <c>asOf</c> of a read.</summary>
    internal static void WriteAsOf(JsonAnswer answer, HybridTimestamp systemTime, AsOf asked)
    {
        answer.Writer.WriteStartObject("asOf"u8);
        answer.WriteProperty("systemTime"u8, systemTime);
        if (asked.Sequence is { } sequence)
        {
            answer.Writer.WriteNumber("sequence"u8, sequence);
        }

        answer.Writer.WriteEndObject();
    }

    /// <summary>Ends a list: its <c>nextLink</c>, relative to the server, or null.</summary>
    internal static void WriteNextLink(JsonAnswer answer, string? link)
    {
        if (link is null)
        {
            answer.Writer.WriteNull("nextLink"u8);
        }
        else
        {
            answer.Writer.WriteString("nextLink"u8, link);
        }
    }

    /// <summary>A link to the same path with other parameters; those that are null are left out.</summary>
    internal static string ComposeLink(ApiRequest request, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var link = new System.Text.StringBuilder(request.Path.ToCanonicalText());
        var separator = '?';
        foreach (var (name, value) in parameters)
        {
            if (value is not null)
            {
                link.Append(separator).Append(name).Append('=').Append(PercentEncoding.Encode(value));
                separator = '&';
            }
        }

        return link.ToString();
    }

    /// <summary>Writes the fields of one receipt into the open object.</summary>
    internal static void WriteReceipt(JsonAnswer answer, Receipt receipt)
    {
        answer.WriteProperty("agent"u8, receipt.Agent);
        answer.Writer.WriteNumber("sequence"u8, receipt.Sequence);
        answer.WriteProperty("systemTime"u8, receipt.SystemTime);
        answer.WriteProperty("root"u8, receipt.Root);
        if (receipt.Durability == Durability.Buffered)
        {
            answer.Writer.WriteString("durability"u8, "buffered"u8);
        }
    }

    /// <summary>Puts the root of a write to one agent into the headers.</summary>
    internal static void StampRoot(ApiRequest request, Receipt receipt) =>
        request.Http.Response.Headers[HeaderNames.Root] = receipt.Root.ToString();
}
