using System.Buffers;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents;

public abstract partial class AgentCore
{
    /// <summary>
    /// Stages one delta if the state under the gate allows it, and answers, either way, once what that was decided on is
    /// durable.
    /// </summary>
    /// <param name="kind">What it is.</param>
    /// <param name="schemaVersion">Version of the payload's form.</param>
    /// <param name="write">Writes the payload, outside of the gate.</param>
    /// <param name="context">Who asked, and by which key.</param>
    /// <param name="isWanted">Whether it is to be written. Under the gate.</param>
    /// <param name="staged">Told when it was. Under the gate.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>True when it was written.</returns>
    private protected async ValueTask<bool> TryWriteAsync(
        DeltaKind kind, ushort schemaVersion, Action<IBufferWriter<byte>> write, DeltaContext context, Func<bool> isWanted, Action staged, CancellationToken cancellationToken)
    {
        var salt = new byte[PayloadBuffer.SaltBytes];
        Services.Salts.Fill(salt);
        var payload = new PayloadBuffer(salt);
        write(payload);
        var draft = new DeltaDraft(kind, schemaVersion, payload, context);
        var bytes = Encoder.GetRecordLength(draft);
        await Log.ReserveAsync(bytes, cancellationToken).ConfigureAwait(false);
        var isStaged = false;
        long mark;
        try
        {
            lock (Gate)
            {
                RequireAlive();
                if (isWanted())
                {
                    Stage(new PreparedDelta(draft, salt), default, Durability.Durable);
                    isStaged = true;
                    staged();
                }

                mark = Sequence;
            }
        }
        finally
        {
            if (!isStaged)
            {
                Log.Release(bytes);
            }
        }

        await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
        return isStaged;
    }
}
