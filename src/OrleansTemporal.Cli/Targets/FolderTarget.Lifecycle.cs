using OrleansTemporal.Lifecycle;

namespace OrleansTemporal.Targets;

internal sealed partial class FolderTarget
{
    public async Task<LifecyclePolicy> GetPolicyAsync(CancellationToken cancellationToken) =>
        (await database.Lifecycle.GetAsync(Call, workspace, cancellationToken)).Policy;

    public async Task SetPolicyAsync(LifecyclePolicy policy, CancellationToken cancellationToken) =>
        await database.Lifecycle.SetPolicyAsync(Call, workspace, policy, cancellationToken);

    public async Task<Verification> RunLifecycleAsync(LifecycleProcess process, bool isDryRun, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var report = await database.Lifecycle.RunAsync(Call, workspace, process, isDryRun, progress, cancellationToken);
        return new Verification(true, report.Counts, null) { Savings = report.Savings };
    }
}
