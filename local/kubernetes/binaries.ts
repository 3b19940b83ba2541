/** Where the real kube-apiserver, etcd and kubectl come from. */
export interface KubernetesBinaries {
  etcd: string;
  kubeApiserver: string;
  kubectl: string;
}
