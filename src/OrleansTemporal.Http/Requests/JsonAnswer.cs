using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Requests;

/// <summary>
/// A JSON body being written: a buffer and a writer, reused by the thread that rented them last. The body is complete
/// before it is sent, so every answer has a length and no failure can cut one in half.
/// </summary>
internal sealed class JsonAnswer
{
    private const int RetainedBytesMax = 256 << 10;

    private static readonly JsonWriterOptions Options = new()
    {
        // The answers are application/json with nosniff, never a part of a page: what JSON does not demand is not escaped.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    [ThreadStatic]
    private static JsonAnswer? spare;

    private readonly ArrayBufferWriter<byte> buffer = new(4_096);

    private JsonAnswer() => Writer = new Utf8JsonWriter(buffer, Options);

    /// <summary>Writes the body.</summary>
    internal Utf8JsonWriter Writer { get; }

    /// <summary>Bytes of the body so far.</summary>
    internal long Length => buffer.WrittenCount + Writer.BytesPending;

    /// <summary>An empty body; <see cref="SendAsync"/> gives it back.</summary>
    internal static JsonAnswer Rent()
    {
        var answer = spare ?? new JsonAnswer();
        spare = null;
        return answer;
    }

    /// <summary>Sends the body, with its length, and returns the buffer to the pool.</summary>
    internal Task SendAsync(HttpContext http, string contentType, CancellationToken cancellationToken)
    {
        Writer.Flush();
        var response = http.Response;
        if (!response.HasStarted)
        {
            response.ContentType = contentType;
            response.ContentLength = buffer.WrittenCount;
            response.Headers.XContentTypeOptions = "nosniff";
        }

        var sending = response.BodyWriter.WriteAsync(buffer.WrittenMemory, cancellationToken);
        if (sending.IsCompletedSuccessfully)
        {
            sending.GetAwaiter().GetResult();
            Return();
            return Task.CompletedTask;
        }

        return FinishAsync(sending);
    }

    /// <summary>Sends what is written so far and goes on; for answers too large to be held, which then have no length.</summary>
    internal async ValueTask SendPartAsync(HttpContext http, string contentType, CancellationToken cancellationToken)
    {
        Writer.Flush();
        if (!http.Response.HasStarted)
        {
            http.Response.ContentType = contentType;
            http.Response.Headers.XContentTypeOptions = "nosniff";
        }

        await http.Response.BodyWriter.WriteAsync(buffer.WrittenMemory, cancellationToken);
        buffer.ResetWrittenCount();
    }

    /// <summary>Gives a body back that is not sent after all.</summary>
    internal void Return()
    {
        if (buffer.Capacity <= RetainedBytesMax)
        {
            buffer.ResetWrittenCount();
            Writer.Reset();
            spare = this;
        }
    }

    /// <summary>Writes an id or time as a string property without a string in between.</summary>
    internal void WriteProperty<T>(ReadOnlySpan<byte> name, T value)
        where T : IUtf8SpanFormattable
    {
        Writer.WritePropertyName(name);
        WriteValue(value);
    }

    /// <summary>Writes an id or time as a string value.</summary>
    internal void WriteValue<T>(T value)
        where T : IUtf8SpanFormattable
    {
        Span<byte> text = stackalloc byte[AgentId.TextLengthMax];
        value.TryFormat(text, out var length, default, null);
        Writer.WriteStringValue(text[..length]);
    }

    /// <summary>Writes a write id, or null for none.</summary>
    internal void WriteProperty(ReadOnlySpan<byte> name, WriteId id)
    {
        if (id.IsNone)
        {
            Writer.WriteNull(name);
        }
        else
        {
            WriteProperty<WriteId>(name, id);
        }
    }

    private async Task FinishAsync(ValueTask<System.IO.Pipelines.FlushResult> sending)
    {
        await sending;
        Return();
    }
}
