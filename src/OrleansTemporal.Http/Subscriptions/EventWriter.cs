using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OrleansTemporal.Subscriptions;

/// <summary>
/// Writes server-sent events (HTML Living Standard, 9.2). What is written waits for the reader to take it, so a slow reader
/// holds up its own stream and nothing else.
/// </summary>
internal sealed class EventWriter(PipeWriter output) : IDisposable
{
    // So much is handed to the connection at once.
    private const int FlushBytes = 32 << 10;

    private readonly ArrayBufferWriter<byte> data = new(1_024);
    private readonly Utf8JsonWriter json = new(Stream.Null, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    /// <inheritdoc/>
    public void Dispose() => json.Dispose();

    /// <summary>Says how soon a reader that lost its connection should be back.</summary>
    internal async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        output.Write("retry: 1000\n\n"u8);
        await output.FlushAsync(cancellationToken);
    }

    /// <summary>Writes a batch; a comment for an empty one.</summary>
    internal async ValueTask WriteAsync(SubscriptionBatch batch, CancellationToken cancellationToken)
    {
        if (batch.Deltas.IsEmpty)
        {
            output.Write(": quiet\n\n"u8);
            await output.FlushAsync(cancellationToken);
            return;
        }

        var unflushed = 0;
        for (var i = 0; i < batch.Deltas.Length; i++)
        {
            data.ResetWrittenCount();
            json.Reset(data);
            DeltaJson.Write(json, batch.Deltas[i], batch.Explanations[i], batch.Cursors[i]);
            json.Flush();
            output.Write("id: "u8);
            Encoding.ASCII.GetBytes(batch.Cursors[i].ToString(), output);
            output.Write("\ndata: "u8);
            output.Write(data.WrittenSpan);
            output.Write("\n\n"u8);
            unflushed += data.WrittenCount;
            if (unflushed >= FlushBytes)
            {
                await output.FlushAsync(cancellationToken);
                unflushed = 0;
            }
        }

        await output.FlushAsync(cancellationToken);
    }
}
