using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Targets;

/// <summary>A workspace in a data folder that this process opens.</summary>
internal sealed partial class FolderTarget : ITarget
{
    private static readonly CallContext Call = CallContext.Local;

    private readonly TemporalDatabase database;
    private readonly string workspace;

    private FolderTarget(string folder, string workspace, TemporalDatabase database)
    {
        Address = folder;
        this.workspace = workspace;
        this.database = database;
    }

    public string Address { get; }

    public ISubscriptionTarget Subscriptions => new FolderSubscriptions(database, workspace);

    public ITimelineTarget Timelines => new FolderTimelines(database.Timelines, workspace);

    public IViewTarget Views => new FolderViews(database.Views, workspace);

    public IObserverTarget Observers => new FolderObservers(database.Timelines, workspace);
    public ISeriesAnalytics Analytics => new FolderAnalytics(database, workspace);

    public static async Task<FolderTarget> OpenAsync(string folder, string workspace, CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(folder);
        var database = await TemporalDatabase.OpenAsync(new TemporalOptions { DataDirectory = path }, cancellationToken);
        return new FolderTarget(path, workspace, database);
    }

    public async Task<KvWriteResult> PutAsync(string ns, string key, ReadOnlyMemory<byte> json, KvPutOptions conditions, CancellationToken cancellationToken) =>
        await database.KvService.PutAsync(Call, workspace, ns, key, json, conditions, cancellationToken);

    public async Task<KvWriteResult> DeleteAsync(string ns, string key, KvPutOptions conditions, CancellationToken cancellationToken) =>
        await database.KvService.DeleteAsync(Call, workspace, ns, key, conditions, cancellationToken);

    public async Task BatchAsync(string ns, ImmutableArray<KvOperation> operations, CancellationToken cancellationToken) =>
        await database.KvService.BatchAsync(Call, workspace, ns, operations, atomic: false, KvPutOptions.None, cancellationToken);

    public async Task<KvVersion> GetAsync(string ns, string key, AsOf asOf, CancellationToken cancellationToken)
    {
        var read = await database.KvService.GetAsync(Call, workspace, ns, key, asOf, cancellationToken);
        if (read.Version is { IsDeleted: false, IsErased: false } version)
            return version;
        throw read.IsErased
            ? new TemporalException(ErrorKind.Gone, ErrorCodes.ValueErased, $"The key '{key}' had a value then, which was erased.")
            : read.ExistsLater
            ? new TemporalException(ErrorKind.NotFound, ErrorCodes.NoValueAt, $"The key '{key}' had no value yet at that moment.")
            : new TemporalException(ErrorKind.NotFound, ErrorCodes.KeyNotFound, $"There is no key '{key}' in '{ns}'.");
    }

    public async Task<KvEraseResult> EraseAsync(KvErasureScope scope, CancellationToken cancellationToken)
    {
        var result = await database.KvService.EraseAsync(Call, workspace, scope, cancellationToken);
        await database.KvService.WhenPurgedAsync(Call, workspace, scope, cancellationToken);
        return result;
    }

    public async Task<int> SplitAsync(string ns, int partitions, CancellationToken cancellationToken)
    {
        var settings = await database.KvService.GetSettingsAsync(Call, workspace, ns, cancellationToken);
        await database.KvService.PutSettingsAsync(Call, workspace, ns, settings with { Partitions = partitions }, cancellationToken);
        return settings.Partitions;
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
