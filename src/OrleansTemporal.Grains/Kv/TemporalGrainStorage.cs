using Orleans.Serialization.Serializers;
using Orleans.Storage;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Hosting;

namespace OrleansTemporal.Kv;

/// <summary>
/// Keeps the state of grains as documents, so that each write is a version with history and time travel. The ETag is the id
/// of the version; clearing writes a tombstone. Who has lost a race is told so before anything changes.
/// </summary>
internal sealed class TemporalGrainStorage(
    SiloDatabase silo, TemporalGrainStorageOptions options, IGrainStorageSerializer serializer, IActivatorProvider activators) : IGrainStorage
{
    private KvService Kv => silo.Current.KvService;

    /// <inheritdoc/>
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <inheritdoc/>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var version = await FindAsync(PlaceOf(stateName, grainId), cancellationToken);
        if (version is null)
        {
            Forget(grainState);
            return;
        }

        grainState.State = serializer.Deserialize<T>(new BinaryData(version.Value));
        grainState.ETag = version.WriteId.ToString();
        grainState.RecordExists = true;
    }

    /// <inheritdoc/>
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <inheritdoc/>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var place = PlaceOf(stateName, grainId);
        var json = serializer.Serialize(grainState.State).ToMemory();
        var etag = Parse(grainState.ETag);
        WriteId written;
        try
        {
            var conditions = new KvPutOptions { IfMatch = etag, IfAbsent = etag is null };
            written = (await Kv.PutAsync(CallContext.Local, options.Workspace, place.Namespace, place.Key, json, conditions, cancellationToken)).Outcomes[0].WriteId;
        }
        catch (TemporalException lost) when (lost.Kind is ErrorKind.PreconditionFailed or ErrorKind.Conflict)
        {
            throw Inconsistent(place, lost.CurrentETag, grainState.ETag, lost);
        }
        catch (TemporalException unknown) when (unknown.OutcomeUnknown)
        {
            written = await SettleAsync(place, json, etag, unknown, cancellationToken);
        }

        grainState.ETag = written.ToString();
        grainState.RecordExists = true;
    }

    /// <inheritdoc/>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <inheritdoc/>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var place = PlaceOf(stateName, grainId);
        var present = await FindAsync(place, cancellationToken);
        if (present?.WriteId != Parse(grainState.ETag))
        {
            throw Inconsistent(place, present?.WriteId.ToString(), grainState.ETag, null);
        }

        if (present is not null)
        {
            try
            {
                await Kv.DeleteAsync(CallContext.Local, options.Workspace, place.Namespace, place.Key, new KvPutOptions { IfMatch = present.WriteId }, cancellationToken);
            }
            catch (TemporalException lost) when (lost.Kind is ErrorKind.PreconditionFailed or ErrorKind.NotFound)
            {
                throw Inconsistent(place, lost.CurrentETag, grainState.ETag, lost);
            }
        }

        Forget(grainState);
    }

    private GrainStatePlace PlaceOf(string stateName, GrainId grainId) => GrainStatePlace.Of(options.NamespacePrefix, stateName, grainId);

    private async ValueTask<KvVersion?> FindAsync(GrainStatePlace place, CancellationToken cancellationToken) =>
        (await Kv.GetAsync(CallContext.Local, options.Workspace, place.Namespace, place.Key, AsOf.Latest, cancellationToken)).Version;

    // The same state behind the same version is what was to be written, whoever wrote it.
    private async ValueTask<WriteId> SettleAsync(GrainStatePlace place, ReadOnlyMemory<byte> json, WriteId? etag, TemporalException unknown, CancellationToken cancellationToken)
    {
        var present = await FindAsync(place, cancellationToken);
        if (present is not null && present.WriteId != etag && DistinctionOf(json) == present.DistinctionId)
        {
            return present.WriteId;
        }

        throw present?.WriteId == etag
            ? new TemporalException(unknown.Kind, unknown.Code, $"The state at {place.Key} was not written: {unknown.Message}", unknown) { RetryAfter = unknown.RetryAfter }
            : Inconsistent(place, present?.WriteId.ToString(), etag?.ToString(), unknown);
    }

    private static Distinction DistinctionOf(ReadOnlyMemory<byte> json)
    {
        var canonical = new System.Buffers.ArrayBufferWriter<byte>(json.Length);
        CanonicalJson.Canonicalize(json.Span, canonical);
        return Documents.DistinctionOf(canonical.WrittenSpan);
    }

    private void Forget<T>(IGrainState<T> grainState)
    {
        grainState.State = activators.GetActivator<T>().Create();
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    private static WriteId? Parse(string? etag) => etag is null ? null : WriteId.Parse(etag);

    private static InconsistentStateException Inconsistent(GrainStatePlace place, string? stored, string? held, Exception? inner) =>
        new($"The state at {place.Namespace}/{place.Key} was changed by somebody else.", stored ?? "none", held ?? "none", inner!);
}
