using System.Text.Json;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Views;

internal sealed partial class ViewCore
{
    private const int SaltBytes = 16;

    /// <summary>Writes the definition that the catalog has into the log, unless it stands there.</summary>
    public async ValueTask FormAsync(string actor, CancellationToken cancellationToken)
    {
        var plan = await RequirePlanAsync(cancellationToken).ConfigureAwait(false);
        if (plan.Chain is not { } chain)
        {
            return;
        }

        await WriteAsync(Prepare(chain, actor), () => definedBy < chain.Entry.Sequence, cancellationToken).ConfigureAwait(false);
    }

    // Stages one delta if the state under the gate still wants it; answers, either way, once what it rests on is durable.
    private async ValueTask WriteAsync(PreparedDelta prepared, Func<bool> isWanted, CancellationToken cancellationToken)
    {
        var bytes = Encoder.GetRecordLength(prepared.Draft);
        await Log.ReserveAsync(bytes, cancellationToken).ConfigureAwait(false);
        var (mark, isStaged) = (0L, false);
        try
        {
            lock (Gate)
            {
                RequireAlive();
                if (Log.Fault is not null)
                {
                    throw new TemporalException(ErrorKind.Unavailable, ErrorCodes.NotReady, $"{Id} is recovering from a storage failure.") { RetryAfter = TimeSpan.FromSeconds(1) };
                }

                if (isWanted())
                {
                    Stage(prepared, default, Durability.Durable);
                    isStaged = true;
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
    }

    private PreparedDelta PrepareRefresh(OperationStamp operation, string actor)
    {
        var salt = new byte[SaltBytes];
        Services.Salts.Fill(salt);
        var payload = new PayloadBuffer(salt);
        using (var json = new Utf8JsonWriter(payload))
        {
            json.WriteStartObject();
            json.WriteEndObject();
        }

        return new PreparedDelta(new DeltaDraft(ViewKinds.Refresh, ViewKinds.SchemaVersion, payload, new DeltaContext { Operation = operation, Actor = actor }), salt);
    }

    private PreparedDelta Prepare(ViewChain chain, string actor)
    {
        var salt = new byte[SaltBytes];
        Services.Salts.Fill(salt);
        var payload = new PayloadBuffer(salt);
        using (var json = new Utf8JsonWriter(payload))
        {
            json.WriteStartObject();
            json.WriteNumber("catalogSequence", chain.Entry.Sequence);
            ViewDefinitionJson.WriteMembers(json, chain.Definitions[^1]);
            json.WriteEndObject();
        }

        var kind = chain.Definitions.Length > 1 ? ViewKinds.Compose : ViewKinds.Form;
        return new PreparedDelta(new DeltaDraft(kind, ViewKinds.SchemaVersion, payload, new DeltaContext { Actor = actor }), salt);
    }
}
