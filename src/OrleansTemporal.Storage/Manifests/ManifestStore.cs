using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Formats;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Manifests;

/// <summary>Loads and swaps manifests. Thread-safe.</summary>
/// <param name="store">Where they are.</param>
/// <param name="random">Seeded source of operation ids; used under a lock.</param>
public sealed class ManifestStore(IObjectStore store, Random random)
{
    private const int AttemptsMax = 4;
    private readonly Lock gate = new();

    /// <summary>The bytes of a manifest, for a copy of it elsewhere.</summary>
    public static ReadOnlyMemory<byte> Encode(Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return ManifestFormat.Encode(manifest);
    }

    /// <summary>Reads a copy of a manifest.</summary>
    /// <param name="bytes">What <see cref="Encode"/> made.</param>
    /// <param name="agent">Whose it must be.</param>
    /// <param name="path">Where it stood, for messages.</param>
    /// <exception cref="TemporalException">Corrupt when it does not verify or is another agent's; <c>format_too_new</c>.</exception>
    public static Manifest Decode(ReadOnlyMemory<byte> bytes, AgentId agent, string path) => ManifestFormat.Decode(bytes, agent, path);

    /// <summary>The manifest of an agent, or null when nothing of it was ever sealed.</summary>
    /// <exception cref="TemporalException">Corrupt when it does not verify; Conflict, <c>format_too_new</c>.</exception>
    public async ValueTask<StoredManifest?> LoadAsync(AgentId agent, CancellationToken cancellationToken)
    {
        var path = SealedPaths.ManifestOf(agent);
        return await store.GetAsync(path, cancellationToken).ConfigureAwait(false) is { } stored
            ? new(ManifestFormat.Decode(stored.Content, agent, path), stored.Tag)
            : null;
    }

    /// <summary>
    /// Replaces a manifest, if it is still the one that stands, under the <see cref="ManifestInvariants"/> and after a look
    /// at every object that is named anew. Sets version and operation id; an unknown outcome is settled by reading back.
    /// </summary>
    /// <param name="current">What stands, as it was loaded or swapped in; null when there is none.</param>
    /// <param name="proposed">What is to stand.</param>
    /// <param name="cancellationToken">Honoured before the swap begins.</param>
    /// <returns>What stands now.</returns>
    /// <exception cref="TemporalException">Internal, <c>invariant_broken</c>; Fenced, <c>fenced</c>, when another owner was first; Unavailable, outcome unknown, when the store does not answer.</exception>
    public async ValueTask<StoredManifest> SwapAsync(StoredManifest? current, Manifest proposed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(proposed);
        proposed = proposed with { Version = (current?.Manifest.Version ?? 0) + 1, OperationId = NextOperationId() };
        ManifestInvariants.Check(current?.Manifest, proposed);
        await CheckNewObjectsAsync(current?.Manifest, proposed, cancellationToken).ConfigureAwait(false);
        var path = SealedPaths.ManifestOf(proposed.Agent);
        var content = ManifestFormat.Encode(proposed);
        Exception? last = null;
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            try
            {
                var tag = await store.PutIfMatchAsync(path, content, current?.Tag, CancellationToken.None).ConfigureAwait(false);
                return tag is not null
                    ? new(proposed, tag)
                    : await ReadBackAsync(proposed, path).ConfigureAwait(false) ?? throw Fenced(proposed);
            }
            catch (Exception exception) when (StoredBytes.IsFailure(exception))
            {
                // Applied or not, nobody knows. The same bytes under the same condition can be sent again: at most one of the two is applied, and both say the same.
                last = exception;
            }
        }

        throw StoredBytes.Failed(path, "swap", last, outcomeUnknown: true);
    }

    /// <summary>What stands, when it is what was proposed.</summary>
    private async ValueTask<StoredManifest?> ReadBackAsync(Manifest proposed, string path)
    {
        var stored = await store.GetAsync(path, CancellationToken.None).ConfigureAwait(false);
        return stored is not null && ManifestFormat.Decode(stored.Content, proposed.Agent, path).OperationId == proposed.OperationId
            ? new(proposed, stored.Tag)
            : null;
    }

    /// <summary>Prevents that a manifest names an object that was never committed: its last byte must be there.</summary>
    private async ValueTask CheckNewObjectsAsync(Manifest? current, Manifest proposed, CancellationToken cancellationToken)
    {
        var known = new HashSet<(string, long)>();
        foreach (var (path, _, end) in Sections(current))
        {
            known.Add((path, end));
        }

        var probe = new byte[1];
        foreach (var (path, what, end) in Sections(proposed))
        {
            if (known.Contains((path, end)))
            {
                continue;
            }

            var read = 0;
            try
            {
                read = await store.ReadAsync(path, end - 1, probe, cancellationToken).ConfigureAwait(false);
            }
            catch (TemporalException exception) when (exception.Kind == ErrorKind.NotFound)
            {
                // Told below, as the broken invariant that it is.
            }

            if (read != 1)
            {
                throw ManifestInvariants.Broken(proposed, "named_objects_exist", $"the {what} in '{path}' is not there up to byte {end}");
            }
        }
    }

    private static IEnumerable<(string Path, string What, long End)> Sections(Manifest? manifest) => manifest is null
        ? []
        : manifest.Segments.Select(static segment => (segment.ObjectPath, "segment", segment.Offset + segment.Length))
            .Concat(manifest.Runs.Select(static run => (run.ObjectPath, "run", run.Offset + run.Length)));

    private UInt128 NextOperationId()
    {
        Span<byte> bytes = stackalloc byte[16];
        lock (gate)
        {
            random.NextBytes(bytes);
        }

        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }

    private static TemporalException Fenced(Manifest proposed) =>
        new(ErrorKind.Fenced, ErrorCodes.Fenced, $"Another owner has replaced the manifest of {proposed.Agent}.");
}
