using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Storage.Azure.Blobs;

/// <summary>
/// Says that one process uses something: a lease on a small blob, renewed until it is let go. A process that dies leaves it
/// for a minute.
/// </summary>
internal sealed class BlobLease : IAsyncDisposable
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(15);

    // Before it really ends, by more than a write takes.
    private static readonly TimeSpan Trusted = TimeSpan.FromSeconds(40);

    private readonly BlobLeaseClient lease;
    private readonly string path;
    private readonly TimeProvider time;
    private readonly PeriodicTimer timer;
    private readonly Task renewing;
    private long renewedAt;
    private volatile bool isLost;

    private BlobLease(BlobLeaseClient lease, string path, TimeProvider time, long acquiredAt)
    {
        (this.lease, this.path, this.time, renewedAt) = (lease, path, time, acquiredAt);
        timer = new PeriodicTimer(RenewInterval, time);
        renewing = RenewAsync();
    }

    /// <summary>Takes the lease, making its blob when it is not there.</summary>
    /// <exception cref="TemporalException">Conflict, <c>backup_in_use</c>; Unavailable, <c>storage_failed</c>.</exception>
    public static ValueTask<BlobLease> AcquireAsync(
        BlobContainerClient container, string path, TimeProvider time, BlobRetry retry, CancellationToken cancellationToken)
    {
        // The same id again is the same lease, so a request whose answer was lost may be sent again.
        var blob = container.GetBlobClient(path);
        var lease = blob.GetBlobLeaseClient();
        return retry.RunAsync(
            async token =>
            {
                try
                {
                    await MakeAsync(blob, token).ConfigureAwait(false);
                    var sent = time.GetTimestamp();
                    await lease.AcquireAsync(Duration, cancellationToken: token).ConfigureAwait(false);
                    return new BlobLease(lease, path, time, sent);
                }
                catch (RequestFailedException taken) when (taken.Status is 409)
                {
                    throw InUse(path);
                }
                catch (Exception exception) when (BlobErrors.IsStorage(exception, token))
                {
                    throw BlobErrors.From(path, "lease", exception, changes: true);
                }
            },
            cancellationToken);
    }

    /// <summary>Refuses to go on when somebody else may have taken the lease.</summary>
    /// <exception cref="TemporalException">Conflict, <c>backup_in_use</c>.</exception>
    public void RequireHeld()
    {
        if (isLost || time.GetElapsedTime(Volatile.Read(ref renewedAt)) > Trusted)
        {
            throw InUse(path);
        }
    }

    public async ValueTask DisposeAsync()
    {
        timer.Dispose();
        await renewing.ConfigureAwait(false);
        try
        {
            await lease.ReleaseAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (BlobErrors.IsStorage(exception, CancellationToken.None))
        {
            // It ends by itself within a minute.
            return;
        }
    }

    private static async Task MakeAsync(BlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            await blob.UploadAsync(BinaryData.Empty, new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } }, cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException exists) when (BlobErrors.IsConditionFailure(exists))
        {
            // That is all that was wanted.
            return;
        }
    }

    private static TemporalException InUse(string path) =>
        new(ErrorKind.Conflict, ErrorCodes.BackupInUse, $"Another process uses the backups that '{path}' stands for; one that has died lets them go within a minute.");

    private async Task RenewAsync()
    {
        while (await timer.WaitForNextTickAsync().ConfigureAwait(false))
        {
            var sent = time.GetTimestamp();
            try
            {
                await lease.RenewAsync().ConfigureAwait(false);
                Volatile.Write(ref renewedAt, sent);
            }
            catch (RequestFailedException taken) when (taken.Status is 404 or 409 or 412)
            {
                isLost = true;
            }
            catch (Exception exception) when (BlobErrors.IsStorage(exception, CancellationToken.None))
            {
                // The next turn tries again; when none succeeds, the lease is not trusted any more.
                continue;
            }
        }
    }
}
