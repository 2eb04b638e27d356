using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Azure.Blobs;
using OrleansTemporal.Storage.Formats;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Azure.Memory;

/// <summary>
/// One process's way to a <see cref="MemoryAppendBlobs"/>. A call travels through turns of the service's queue, has its
/// effect there, and its answer travels back; whoever waits for it goes on in the process's own queue, so that a process
/// can stand still while its calls are under way.
/// </summary>
/// <param name="service">What is called.</param>
/// <param name="network">Where calls travel.</param>
/// <param name="process">Where the caller goes on.</param>
/// <param name="plan">What goes wrong.</param>
internal sealed class MemoryBlobConnection(MemoryAppendBlobs service, IWorkScheduler network, IWorkScheduler process, BlobFaultPlan plan) : IAppendBlobs
{
    public ValueTask<string?> CreateAsync(string path, UInt128 claim, CancellationToken cancellationToken) =>
        CallAsync(BlobOperation.Create, path, () => service.Create(path, claim), cancellationToken);

    public ValueTask<BlobAppend> AppendAsync(
        string path, long position, string? tag, ReadOnlyMemory<byte> block, CancellationToken cancellationToken)
    {
        var sent = block.ToArray();
        return CallAsync(BlobOperation.Append, path, () => service.Append(path, position, tag, sent), cancellationToken);
    }

    public ValueTask<BlobHead?> HeadAsync(string path, CancellationToken cancellationToken) =>
        CallAsync(BlobOperation.Head, path, () => service.Head(path), cancellationToken);

    public ValueTask<BlobPiece> ReadAsync(string path, long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
        CallAsync(BlobOperation.Read, path, () => service.Read(path, offset, destination.Span), cancellationToken);

    public ValueTask<IReadOnlyList<ObjectInfo>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        CallAsync(BlobOperation.List, prefix, () => service.List(prefix), cancellationToken);

    public async ValueTask DeleteAsync(string path, CancellationToken cancellationToken) =>
        await CallAsync(BlobOperation.Delete, path, () => service.Delete(path), cancellationToken).ConfigureAwait(false);

    private async ValueTask<T> CallAsync<T>(BlobOperation operation, string path, Func<T> effect, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var fault = plan.Next(operation);
        var call = new Call<T>(network, process, effect);
        switch (fault)
        {
            case BlobFault.ErrorBefore:
                await new Call<bool>(network, process, static () => true).Begin(plan.NextDelayTurns(), plan.NextDelayTurns()).ConfigureAwait(false);
                throw Lost(path, operation);
            case BlobFault.LateEffect:
                _ = call.Begin(plan.NextLateTurns(), 0);
                await new Call<bool>(network, process, static () => true).Begin(plan.NextDelayTurns(), plan.NextDelayTurns()).ConfigureAwait(false);
                throw Lost(path, operation);
            default:
                var result = await call.Begin(plan.NextDelayTurns(), plan.NextDelayTurns()).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                return fault == BlobFault.ErrorAfter ? throw Lost(path, operation) : result;
        }
    }

    private static TemporalException Lost(string path, BlobOperation operation) =>
        StoredBytes.Failed(path, operation.ToString(), new IOException("injected"), outcomeUnknown: true);

    private sealed class Call<T>(IWorkScheduler network, IWorkScheduler process, Func<T> effect)
    {
        private readonly TaskCompletionSource<T> answered = new();
        private Action answer = static () => { };
        private int turnsThere;
        private int turnsBack;
        private bool isDone;

        public Task<T> Begin(int there, int back)
        {
            (turnsThere, turnsBack) = (there, back);
            Travel();
            return answered.Task;
        }

        private void Travel() => network.Post(static state => ((Call<T>)state!).Turn(), this);

        private void Turn()
        {
            if (!isDone && turnsThere-- <= 0)
            {
                Do();
            }

            if (isDone && turnsBack-- <= 0)
            {
                process.Post(static state => ((Call<T>)state!).answer(), this);
                return;
            }

            Travel();
        }

        private void Do()
        {
            isDone = true;
            try
            {
                var result = effect();
                answer = () => answered.SetResult(result);
            }
            catch (TemporalException refusal)
            {
                answer = () => answered.SetException(refusal);
            }
        }
    }
}
